"""Cuts the two fonts of printed sheets: all of Hangul, Latin and the signs that
texts use, without hints and features.

    pip install fonttools
    npm pack pretendard-gov@1.3.9 && tar xzf pretendard-gov-1.3.9.tgz
    python cut.py package/dist/public/static/alternative .

Run by hand; the fonts are committed. The licence reserves the name Pretendard
for the whole font. pdf.go knows the same ranges (drawable).
"""
import gzip
import sys

from fontTools import subset

source, out = sys.argv[1:3]
signs = "…“”‘’–—₩×→←↑↓※·「」『』〈〉《》、。•○●◇◆□■▶▷◀◁★☆△▲▽▼①②③④⑤⑥⑦⑧⑨⑩㈜℃㎡㎏♥√±≥≤÷〜ㆍ€™½¼✓−"
codes = {*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x3131, 0x3164), *range(0xAC00, 0xD7A4), *map(ord, signs)}

for weight in ("Regular", "Bold"):
    options = subset.Options()
    options.hinting, options.layout_features, options.notdef_outline = False, [], True
    options.drop_tables += ["vhea", "vmtx", "GDEF", "GPOS", "GSUB"]
    options.name_IDs, options.name_languages = [0, 1, 2, 13], ["*"]  # keep copyright and licence
    font = subset.load_font(f"{source}/PretendardGOV-{weight}.ttf", options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID == 1:
            record.string = "Ieum Sans"
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    missing = codes - set(font.getBestCmap())
    assert not missing, [chr(c) for c in missing]
    font.save("font.ttf")
    with open("font.ttf", "rb") as plain, open(f"{out}/ieum-sans-{weight.lower()}.ttf.gz", "wb") as file:
        file.write(gzip.compress(plain.read(), 9, mtime=0))
