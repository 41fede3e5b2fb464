package defs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"ieum"
)

func TestBuiltIn(t *testing.T) {
	set := builtIn(t)
	for id, k := range set.Kinds {
		if k.ID != id || len(k.Fields) == 0 {
			t.Errorf("kind %s: %+v", id, k)
		}
	}
	for _, id := range []ieum.KindID{"posting", "resume", "company", "occupation-description", "occupation-survey", "policy", "welfare-service", "tender", "place", "course", "application", "search-event"} {
		if set.Kinds[id] == nil {
			t.Errorf("there is no kind %s", id)
		}
	}
	if f, ok := set.Kinds["posting"].Field("pay"); !ok || f.Type != TypePay || f.Unit != "won/year" {
		t.Errorf("the pay of a posting is %+v", f)
	}
}

// files is a small set of definitions that hold.
func files() fstest.MapFS {
	return fstest.MapFS{
		"codes/colours.yaml": text(`id: colours
version: "1"
title: {ko: 색, en: Colours}
source: made up
codes:
  - {code: r, name: {ko: 빨강, en: Red}, aliases: [빨간색]}
  - {code: b, name: {ko: 파랑, en: Blue}}
  - {code: x, name: {ko: 남색, en: Indigo}, until: 2020-01-01, successor: b}
`),
		"codes/places.yaml": text(`id: places
version: "1"
title: {ko: 곳, en: Places}
source: made up
levels: [1, 2]
`),
		"codes/places.csv": text("code,ko,aliases,until,successor,note\n1,가나,가|나,,,\n11,다,,,,far\n12,라,,1999-12-31,11,\n"),
		"kinds/thing.yaml": text(`id: thing
version: 1
title: {ko: 물건, en: Thing}
holder: {ko: 아무개, en: Nobody}
about: {ko: 물건 하나, en: One thing.}
identity: [name]
keep: P5Y
fields:
  - {name: name, type: string, required: true, title: {ko: 이름, en: Name}}
  - {name: owner, type: string, sensitivity: identifying, title: {ko: 주인, en: Owner}}
  - {name: colour, type: code, codes: colours, title: {ko: 색, en: Colour}}
  - {name: tags, type: strings, title: {ko: 꼬리표, en: Tags}}
  - {name: day, type: date, title: {ko: 날, en: Day}}
  - {name: last, type: date, title: {ko: 끝, en: Last day}}
  - {name: pay, type: pay, title: {ko: 값, en: Pay}}
  - {name: person, type: person, sensitivity: personal, title: {ko: 사람, en: Person}}
  - {name: count, type: int, title: {ko: 수, en: Count}}
  - {name: of, type: string, required: true, sensitivity: personal, title: {ko: 이력서, en: Résumé}}
person: of
`),
		"kinds/resume.yaml": text(`id: resume
version: 1
title: {ko: 이력서, en: Résumé}
holder: {ko: 아무개, en: Nobody}
about: {ko: 이력서 하나, en: One résumé.}
keep: P5Y
fields:
  - {name: person, type: person, sensitivity: personal, title: {ko: 사람, en: Person}}
`),
		"sources/shop.yaml": text(`id: shop
version: 1
title: {ko: 가게, en: Shop}
holder: {ko: 아무개, en: Nobody}
basis: {ko: 약속, en: An agreement}
cycle: daily
due: 1
files:
  - match: "things*.csv"
    kind: thing
    delivery: full
    key: [no]
    joins:
      - {name: marks, match: "marks*.csv", on: no}
    map:
      name: 이름
      colour: {column: 색, words: {R: 빨강}}
      tags: {column: tag, join: marks}
      day: {column: day, layout: "02.01.2006"}
      last: last
      pay: {column: price, unit: manwon, per: year}
      person: {hash: [phone]}
      count: {cel: 'row["수량"] == "" ? 0 : int(row["수량"])'}
      of: of
    quality:
      - when: last < day
        then: reject
        say: {ko: 끝이 앞섭니다., en: It ends before it begins.}
  - match: "marks*.csv"
  - match: "people*.csv"
    kind: resume
    delivery: full
    key: [no]
    map: {person: {hash: [phone]}}
examples:
  - name: a red thing
    row: {no: "1", 이름: 공, 색: R}
    expect: {name: 공, colour: r}
`),
		"messages/ko.yaml": text("page:\n  title: 안녕 {name}\nbye: 잘 가\n"),
		"messages/en.yaml": text("page.title: Hello {name}\nbye: Bye\n"),
	}
}

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

// edited returns the definitions with old replaced in one of the files.
func edited(t testing.TB, name, old, new string) fstest.MapFS {
	t.Helper()
	m := files()
	before := string(m[name].Data)
	after := strings.Replace(before, old, new, 1)
	if before == after {
		t.Fatalf("%s does not hold %q", name, old)
	}
	m[name] = text(after)
	return m
}

func TestTheExampleHolds(t *testing.T) {
	set, err := LoadFrom(files())
	if err != nil {
		t.Fatal(err)
	}
	f := set.Sources["shop"].Files[0]
	if f.Limit != 0.5 || f.Encoding != "auto" || f.Absent != "close" || f.Joins[0].Key != "no" || set.Sources["shop"].Shrink != 0.5 {
		t.Errorf("the defaults are not filled in: %+v", f)
	}
	if c, _ := set.Codes["places"].Find("11"); c.Extra["note"] != "far" || c.Parent != "1" {
		t.Errorf("the row of the table became %+v", c)
	}
}

// Each fault is caught at load, with its file and line.
func TestFaults(t *testing.T) {
	for _, tt := range []struct{ name, file, old, new, want string }{
		{"no YAML", "kinds/thing.yaml", "tags, type: strings", "tags, type: strings[]", "kinds/thing.yaml:12: did not find expected ',' or '}' (quote"},
		{"a tab", "kinds/thing.yaml", "version: 1", "\tversion: 1", "kinds/thing.yaml:2: found a tab character"},
		{"unknown field", "kinds/thing.yaml", "version: 1", "verison: 1", "kinds/thing.yaml:2: verison is no field here; did you mean version?"},
		{"field given twice", "kinds/thing.yaml", "keep: P5Y", "keep: P5Y\nkeep: P5Y", "kinds/thing.yaml:8: keep is given twice, first in line 7"},
		{"wrong type of value", "kinds/thing.yaml", "version: 1", "version: one", "kinds/thing.yaml:2: version must be a whole number"},
		{"list expected", "kinds/thing.yaml", "identity: [name]", "identity: name", "kinds/thing.yaml:6: identity must be a list"},
		{"anchor", "kinds/thing.yaml", "title: {ko: 물건", "title: &a {ko: 물건", "kinds/thing.yaml:3: write title out"},
		{"two documents", "kinds/thing.yaml", "id: thing", "id: thing\n---\nid: thing", "a file holds one definition"},
		{"id is not the file's name", "kinds/thing.yaml", "id: thing", "id: things", `kinds/thing.yaml:1: id is "things", but the file's name says "thing"`},
		{"text in one language", "kinds/thing.yaml", "title: {ko: 물건, en: Thing}", "title: {ko: 물건}", "kinds/thing.yaml:3: title needs a text in ko and in en"},
		{"retention", "kinds/thing.yaml", "keep: P5Y", "keep: 5 years", "kinds/thing.yaml:7: keep says how long"},
		{"identity of no field", "kinds/thing.yaml", "identity: [name]", "identity: [nam]", "kinds/thing.yaml:6: identity names nam, which is no field of the kind; did you mean name?"},
		{"unknown type", "kinds/thing.yaml", "name: tags, type: strings", "name: tags, type: string_list", "kinds/thing.yaml:12: field tags has type"},
		{"code without a list", "kinds/thing.yaml", "type: code, codes: colours", "type: code", "kinds/thing.yaml:11: field colour is a code: codes says of which list"},
		{"unknown list", "kinds/thing.yaml", "codes: colours", "codes: colors", "kinds/thing.yaml:11: there is no code list colors; did you mean colours?"},
		{"list on a string", "kinds/thing.yaml", "name: tags, type: strings", "name: tags, type: strings, codes: colours", "has no codes"},
		{"unknown sensitivity", "kinds/thing.yaml", "sensitivity: identifying", "sensitivity: secret", "kinds/thing.yaml:10: sensitivity is none, personal, identifying"},
		{"field twice", "kinds/thing.yaml", "name: last", "name: day", "kinds/thing.yaml:14: field day is given twice, first in line 13"},
		{"master of no known sort", "kinds/thing.yaml", "keep: P5Y", "keep: P5Y\nmaster: {as: firm, title: name}", `kinds/thing.yaml:8: master says as: service, not "firm"`},
		{"master without a title", "kinds/thing.yaml", "keep: P5Y", "keep: P5Y\nmaster: {as: service, from: day}", "kinds/thing.yaml:8: master names the field that holds the title of a service, or its number"},
		{"master of no field", "kinds/thing.yaml", "keep: P5Y", "keep: P5Y\nmaster: {as: service, title: nam}", `kinds/thing.yaml:8: master names "nam", which is no field of the kind; did you mean name?`},
		{"master of another type", "kinds/thing.yaml", "keep: P5Y", "keep: P5Y\nmaster: {as: service, title: name, from: name}", "kinds/thing.yaml:8: master names name, a string; here it takes a date"},
		{"master of no region", "kinds/thing.yaml", "keep: P5Y", "keep: P5Y\nmaster: {as: service, title: name, region: colour}", "kinds/thing.yaml:8: master names colour, a code; here it takes a region or codes"},
		{"master of what identifies", "kinds/thing.yaml", "keep: P5Y", "keep: P5Y\nmaster: {as: service, title: name, office: [owner]}", "kinds/thing.yaml:8: master names owner, which tells about a person"},
		{"master with an unknown part", "kinds/thing.yaml", "keep: P5Y", "keep: P5Y\nmaster: {as: service, titel: name}", "kinds/thing.yaml:8: master.titel is no field here; did you mean title?"},
		{"field named as a word of the rules", "kinds/thing.yaml", "name: count", "name: missing", "kinds/thing.yaml:17: missing is a word of the rules' language"},

		{"people without a person", "kinds/thing.yaml", "person: of\n", "", "kinds/thing.yaml:9: rows of the kind tell about people: say in person which field has the key of the résumé"},
		{"a person that is no field", "kinds/thing.yaml", "person: of", "person: off", `kinds/thing.yaml:19: person names a string field that is required: the key of a résumé; not "off"`},
		{"a person that lies open", "kinds/thing.yaml", "required: true, sensitivity: personal, title: {ko: 이력서", "required: true, title: {ko: 이력서", "kinds/thing.yaml:19: field of says whom a row is about: give it sensitivity: personal"},
		{"people told apart in the open", "kinds/thing.yaml", "type: person, sensitivity: personal", "type: person", "kinds/thing.yaml:16: field person tells people apart: give it sensitivity: personal"},
		{"a résumé of nobody", "kinds/resume.yaml", "{name: person, type: person, sensitivity: personal", "{name: person, type: string", "kinds/resume.yaml:8: a resume tells about a person and stands for them"},
		{"a résumé of another's", "kinds/resume.yaml", "keep: P5Y", "keep: P5Y\nperson: person", "a resume tells about a person and stands for them"},
		{"people without résumés", "sources/shop.yaml", "    kind: resume", "    kind: other", "sources/shop.yaml:10: rows of kind thing are erased with a résumé of the same source, by its key"},
		{"people whose résumés have two keys", "sources/shop.yaml", "kind: resume\n    delivery: full\n    key: [no]", "kind: resume\n    delivery: full\n    key: [no, day]", "and each such file one column in key"},
		{"people whose résumés have no key", "sources/shop.yaml", "kind: resume\n    delivery: full\n    key: [no]", "kind: resume\n    delivery: full", "and each such file one column in key"},

		{"anonymous people told apart by their phones", "sources/shop.yaml", "cycle: ", "anonymous: true\ncycle: ", "person: phone tells people apart and is no column of the key: an anonymous source has nothing that identifies somebody"},

		{"unknown kind", "sources/shop.yaml", "kind: thing", "kind: thin", "sources/shop.yaml:10: there is no kind thin; did you mean thing?"},
		{"unknown field of the kind", "sources/shop.yaml", "name: 이름", "nam: 이름", "sources/shop.yaml:16: kind thing has no field nam; did you mean name?"},
		{"required field not mapped", "sources/shop.yaml", "name: 이름", "count: 이름", "field name of kind thing is required"},
		{"identifying field", "sources/shop.yaml", "name: 이름", "name: 이름\n      owner: 주인", "sources/shop.yaml:17: field owner identifies a person: only de-identified rows are loaded"},
		{"two ways at once", "sources/shop.yaml", "{column: 색,", "{column: 색, const: 빨강,", "sources/shop.yaml:17: colour: give exactly one of column, const, cel, code and hash, not 2"},
		{"no way at all", "sources/shop.yaml", "{column: 색,", "{", "give exactly one of column, const, cel, code and hash, not 0"},
		{"a word that names no code", "sources/shop.yaml", "R: 빨강", "R: 붉음", `sources/shop.yaml:17: "붉음" names no code of list colours`},
		{"a constant that names no code", "sources/shop.yaml", "{column: 색, words: {R: 빨강}}", "{const: 붉음}", `"붉음" names no code of list colours`},
		{"split of one value", "sources/shop.yaml", "{column: day, layout", `{column: day, split: ",", layout`, "sources/shop.yaml:19: day: split is for fields that hold several"},
		{"layout of no date", "sources/shop.yaml", "name: 이름", "name: {column: 이름, layout: x}", "sources/shop.yaml:16: name: layout is for fields of type date, and this is string"},
		{"from of a list that was not replaced", "sources/shop.yaml", "{column: 색,", "{column: 색, from: places,", "colour: from names places, which is no list that colours replaced"},
		{"unit of no pay", "sources/shop.yaml", "last: last", "last: {column: last, unit: won}", "last: unit and per are for fields of type pay or careers"},
		{"unknown unit", "sources/shop.yaml", "unit: manwon", "unit: man", `unit is one of , won, thousand, manwon, not "man"`},
		{"person by column", "sources/shop.yaml", "{hash: [phone]}", "phone", "person: a person is told apart by hash"},
		{"hash of no person", "sources/shop.yaml", "last: last", "last: {hash: [phone]}", "last: hash is for fields of type person"},
		{"coder for no code", "sources/shop.yaml", "last: last", "last: {code: [name]}", "last: code is for fields of type code"},
		{"coder of another list", "sources/shop.yaml", "colour: {column: 색, words: {R: 빨강}}", "colour: {code: [owner]}", "colour: code is for fields of type code or codes of the list keco2025"},
		{"coder reads what is not mapped", "sources/shop.yaml", "last: last", "last: {code: [owner]}", "last: the coder reads field owner, which is not mapped"},
		{"unknown join", "sources/shop.yaml", "join: marks", "join: mark", "tags: there is no join mark"},
		{"broken pattern", "sources/shop.yaml", `match: "things*.csv"`, `match: "things[.csv"`, `"things[.csv" is no pattern`},
		{"no delivery", "sources/shop.yaml", "delivery: full", "delivery: all", `delivery is one of full, change, not "all"`},
		{"unknown cycle", "sources/shop.yaml", "cycle: daily", "cycle: often", "sources/shop.yaml:6: cycle is one of"},
		{"share above 1", "sources/shop.yaml", "key: [no]", "key: [no]\n    limit: 5", "limit is a share between 0 and 1, not 5"},
		{"map on a joined file", "sources/shop.yaml", `- match: "marks*.csv"`, "- match: \"marks*.csv\"\n    map: {name: x}", "a file without a kind is only joined"},
		{"pattern that is none", "sources/shop.yaml", `row["수량"] == "" ? 0 : int(row["수량"])`, `row["수량"].extract("(")`, "sources/shop.yaml:23: cel: error parsing regexp: missing closing )"},
		{"expression that does not parse", "sources/shop.yaml", `== "" ? 0`, `= "" ? 0`, "sources/shop.yaml:23: cel: "},
		{"expression of an unknown name", "sources/shop.yaml", `row["수량"] == "" ?`, `rows["수량"] == "" ?`, "undeclared reference to 'rows'"},
		{"expression that gives a map", "sources/shop.yaml", `row["수량"] == "" ? 0 : int(row["수량"])`, `{"a": row.x}`, "a mapping gives text"},
		{"expression that reads any column", "sources/shop.yaml", `row["수량"] == "" ?`, `size(row) == 0 ?`, "name the column itself"},
		{"rule of an unknown field", "sources/shop.yaml", "last < day", "lst < day", "sources/shop.yaml:26: when: undeclared reference to 'lst'"},
		{"rule of the wrong type", "sources/shop.yaml", "last < day", "last - day", "a rule is true or false, not int"},
		{"rule that mixes types", "sources/shop.yaml", "last < day", "last < name", "found no matching overload for '_<_' applied to '(int, string)'"},
		{"rule of an unknown part", "sources/shop.yaml", "last < day", "pay.least < 5", "undefined field 'least'"},
		{"rule of a whole compound", "sources/shop.yaml", "last < day", "pay == pay", "pay has parts; name one: pay.basis, pay.max, pay.min, pay.text"},
		{"rule that asks for nothing", "sources/shop.yaml", "last < day", `'"lst" in missing'`, "kind thing has no field lst; did you mean last?"},
		{"rule with has", "sources/shop.yaml", "last < day", "has(pay.min)", `write "pay.min" in missing in place of has()`},
		{"rule without words", "sources/shop.yaml", "say: {ko: 끝이 앞섭니다., en: It ends before it begins.}", "say: {ko: 끝이 앞섭니다.}", "say needs a text in ko and in en"},
		{"rule without effect", "sources/shop.yaml", "then: reject", "then: drop", `then is one of reject, warn, not "drop"`},
		{"example of an unknown field", "sources/shop.yaml", "expect: {name: 공,", "expect: {nam: 공,", "sources/shop.yaml:38: kind thing has no field nam; did you mean name?"},
		{"example of no file", "sources/shop.yaml", "- name: a red thing", "- name: a red thing\n    file: x.csv", `no entry of files fits the name "x.csv"`},
		{"example that expects nothing", "sources/shop.yaml", "    expect: {name: 공, colour: r}\n", "", `example "a red thing" says either`},

		{"code twice", "codes/colours.yaml", "code: b,", "code: r,", "codes/colours.yaml:7: code r is given twice (first: 빨강)"},
		{"successor not listed", "codes/colours.yaml", "successor: b", "successor: z", "codes/colours.yaml:8: code x became z, which is not listed"},
		{"successor of a code in force", "codes/colours.yaml", "until: 2020-01-01, ", "", "has a successor but no day"},
		{"alias of two codes", "codes/colours.yaml", "name: {ko: 파랑, en: Blue}}", "name: {ko: 파랑, en: Blue}, aliases: [빨간 색]}", `codes/colours.yaml:7: alias "빨간 색" is that of r and of b`},
		{"alias that is another's name", "codes/colours.yaml", "name: {ko: 파랑, en: Blue}}", "name: {ko: 파랑, en: Blue}, aliases: [red]}", `alias "red" of b is the name of another code`},
		{"no source named", "codes/colours.yaml", "source: made up\n", "", "a code list names its source"},
		{"no such day", "codes/colours.yaml", "2020-01-01", "2020-13-01", `codes/colours.yaml:8: codes[3].until: "2020-13-01" is no date`},
		{"unknown list to become", "codes/colours.yaml", "id: colours", "id: colours\ninto: paints", "into names the list paints, which is not there"},
		{"code of no level", "codes/places.csv", "12,라", "123,라", "codes/places.csv:4: code 123 has 3 characters"},
		{"parent not listed", "codes/places.csv", "12,라", "22,라", "codes/places.csv:4: code 22 lies in 2, which is not listed"},
		{"row of another length", "codes/places.csv", "11,다,,,,far", "11,다,,,far", "codes/places.csv:3: the row cannot be read: wrong number of fields"},
		{"no column of codes", "codes/places.csv", "code,ko", "cod,ko", "codes/places.csv:1: the table has no column code"},
		{"day in a table", "codes/places.csv", "1999-12-31", "1999", `codes/places.csv:4: column until: "1999" is no date`},
		{"a circle", "codes/colours.yaml", "name: {ko: 파랑, en: Blue}}", "name: {ko: 파랑, en: Blue}, until: 2020-01-01, successor: x}", "becomes itself again"},

		{"message not in English", "messages/en.yaml", "bye: Bye\n", "", "messages/ko.yaml:3: message bye has no text in en.yaml"},
		{"message not in Korean", "messages/en.yaml", "bye: Bye\n", "bye: Bye\nwhy: Why\n", "messages/en.yaml:3: message why has no text in ko.yaml"},
		{"other places", "messages/en.yaml", "Hello {name}", "Hello {nmae}", "messages/en.yaml:1: message page.title has the places [nmae], but in Korean [name]"},
		{"message of no text", "messages/en.yaml", "Bye", "[Bye]", "messages/en.yaml:2: bye needs a text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := LoadFrom(edited(t, tt.file, tt.old, tt.new))
			if _, ok := errors.AsType[Faults](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got:\n%v\nwant: %s", err, tt.want)
			}
			if !errors.Is(err, ieum.ErrInvalid) {
				t.Error("faulty definitions are not said to be invalid")
			}
		})
	}
}

// A definition over another cannot let lie open what that one says about people, nor
// tie it to somebody else; more it can say.
func TestADefinitionOverAnotherKeepsPeopleSealed(t *testing.T) {
	over := func(old, new string) error {
		_, err := LoadFrom(files(), fstest.MapFS{"kinds/thing.yaml": edited(t, "kinds/thing.yaml", old, new)["kinds/thing.yaml"]})
		return err
	}
	if err := over("name: count, type: int,", "name: count, type: int, sensitivity: personal,"); err != nil {
		t.Errorf("what tells more about people: %v", err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"sensitivity: identifying", "sensitivity: personal", "kinds/thing.yaml:10: field owner is identifying in kinds/thing.yaml; a definition over it may not take that back"},
		{"string, sensitivity: identifying", "string", "field owner is identifying in kinds/thing.yaml"},
		{"required: true, sensitivity: personal, title: {ko: 이력서, en: Résumé}}\nperson: of", "required: true, title: {ko: 이력서, en: Résumé}}", "field of is personal in kinds/thing.yaml"},
		{"name: count, type: int,", "name: counted, type: int,", "field count of kinds/thing.yaml is missing; a definition over it keeps its fields"},
		{"name: count, type: int,", "name: count, type: string,", "field count is of type int in kinds/thing.yaml, and stays so"},
		{"name: of, type: string, required: true, sensitivity: personal, title: {ko: 이력서, en: Résumé}}\nperson: of", "name: no, type: string, required: true, sensitivity: personal, title: {ko: 이력서, en: Résumé}}\nperson: no", `person is "of" in kinds/thing.yaml, and stays so`},
	} {
		if err := over(c.old, c.new); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", c.new, err, c.want)
		}
	}
}

// All faults are told at once, in order of file and line, and none twice.
func TestAllFaultsAtOnce(t *testing.T) {
	m := edited(t, "kinds/thing.yaml", "keep: P5Y", "keep: ever")
	m["sources/shop.yaml"] = edited(t, "sources/shop.yaml", "cycle: daily", "cycle: often")["sources/shop.yaml"]
	m["sources/shop.yaml"].Data = []byte(strings.Replace(string(m["sources/shop.yaml"].Data), "last < day", "lst < dy", 1))
	m["codes/places.csv"] = text("code,ko\n9x9,가\n")
	m["messages/ko.yaml"] = text("a: [\n")
	m["kinds/other.txt"] = text("x")
	m["codes/lone.csv"] = text("code,ko\n")
	_, err := LoadFrom(m)
	var got []string
	for _, f := range err.(Faults) {
		got = append(got, fmt.Sprintf("%s:%d", f.File, f.Line))
	}
	want := []string{
		"codes/lone.csv:0", "codes/places.csv:2", "kinds/other.txt:0", "kinds/thing.yaml:7",
		"messages/ko.yaml:2", "sources/shop.yaml:6", "sources/shop.yaml:26", "sources/shop.yaml:26",
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults at %v\nwant      %v\n%v", got, want, err)
	}
}

func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("codes/places.csv", "code,ko\n7,마\n")
	write("messages/ko.yaml", "bye: 안녕히\n")
	write("kinds/more.yaml", strings.Replace(string(files()["kinds/thing.yaml"].Data), "id: thing", "id: more", 1))
	write("README.md", "ours")
	set, err := LoadFrom(files(), os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := set.Codes["places"].Find("1"); ok || set.Codes["places"].Name("7", "ko") != "마" {
		t.Error("the table of the overlay does not replace the one beneath")
	}
	if ko := set.Messages["ko"]; ko["bye"] != "안녕히" || ko["page.title"] != "안녕 {name}" {
		t.Errorf("messages are not laid over key by key: %v", ko)
	}
	if set.Kinds["more"] == nil || set.Kinds["thing"] == nil {
		t.Error("a kind of the overlay is not added")
	}
	write("kinds/more.yaml", "id: more\n")
	write("sorces/x.yaml", "id: x\n")
	_, err = LoadFrom(files(), os.DirFS(dir))
	for _, want := range []string{dir + "/kinds/more.yaml:1: ", dir + "/sorces: a folder of definitions is one of codes, items, kinds, messages, purposes, roles, sources"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := LoadFrom(files(), os.DirFS(dir+"/none")); err == nil || !strings.Contains(err.Error(), "/none: the folder of definitions cannot be read") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// 410 kinds are carried as easily as 10.
func TestManyKinds(t *testing.T) {
	var kind strings.Builder
	kind.WriteString(strings.TrimSuffix(string(files()["kinds/thing.yaml"].Data), "\nperson: of\n"))
	for i := range 15 {
		fmt.Fprintf(&kind, "\n  - {name: field%d, type: code, codes: regions, title: {ko: 칸, en: Field}}", i)
	}
	kind.WriteString("\nperson: of\n")
	took := func(n int) time.Duration {
		over := fstest.MapFS{"codes/colours.yaml": files()["codes/colours.yaml"]}
		for i := range n {
			id := fmt.Sprintf("kind-%d", i)
			over["kinds/"+id+".yaml"] = text(strings.Replace(kind.String(), "id: thing", "id: "+id, 1))
		}
		start := time.Now()
		set, err := Load(over)
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Kinds) < n {
			t.Fatalf("%d kinds of %d", len(set.Kinds), n)
		}
		return time.Since(start)
	}
	few, many := took(10), took(410)
	t.Logf("loading with 10 kinds more took %v, with 410 more %v", few, many)
}

func TestFileFor(t *testing.T) {
	set, err := LoadFrom(files())
	if err != nil {
		t.Fatal(err)
	}
	s := set.Sources["shop"]
	for name, want := range map[string]int{
		"things-2026.csv": 0, "/in/things.csv.gz": 0, "things.csv.zst": 0, "marks.csv": 1, "notes.txt": -1,
	} {
		f, ok := s.FileFor(name)
		if ok != (want >= 0) || ok && f != &s.Files[want] {
			t.Errorf("%s is read by %+v", name, f)
		}
	}
}

func TestExamplesRun(t *testing.T) {
	set, err := LoadFrom(files())
	if err != nil {
		t.Fatal(err)
	}
	read := func(fields map[string]string, refused string) RowReader {
		return func(s *Source, f *File, row map[string]string) (map[string]string, string, error) {
			if s.ID != "shop" || f.Kind != "thing" || row["이름"] != "공" {
				t.Errorf("the reader was given %s, %s and %v", s.ID, f.Kind, row)
			}
			return fields, refused, nil
		}
	}
	if n, faults := set.RunExamples(read(map[string]string{"name": "공", "colour": "r", "more": "x"}, "")); n != 1 || len(faults) > 0 {
		t.Errorf("%d examples ran: %v", n, faults)
	}
	_, faults := set.RunExamples(read(map[string]string{"name": "공"}, ""))
	if want := `sources/shop.yaml:36: example "a red thing": colour became "", not "r"`; faults.Error() != want {
		t.Errorf("got %v, want %s", faults, want)
	}
	set.Sources["shop"].Examples[0].Expect["tags"] = "[]"
	if _, faults := set.RunExamples(read(map[string]string{"name": "공", "colour": "r"}, "")); len(faults) > 0 {
		t.Errorf("no value for a list that is expected to be empty: %v", faults)
	}
	if _, faults := set.RunExamples(read(nil, "no name")); !strings.Contains(faults.Error(), `was refused because "no name"`) {
		t.Errorf("got %v", faults)
	}
	set.Sources["shop"].Examples[0].Expect, set.Sources["shop"].Examples[0].Reject = nil, "no name"
	if _, faults := set.RunExamples(read(nil, "field name: no name")); len(faults) > 0 {
		t.Errorf("an example that is refused as it should be: %v", faults)
	}
	if _, faults := set.RunExamples(read(map[string]string{}, "")); len(faults) != 1 {
		t.Errorf("an example that is taken though it should be refused: %v", faults)
	}
}

// Whatever the files hold, loading ends with a set or with faults.
func FuzzLoad(f *testing.F) {
	for name, file := range files() {
		f.Add(name, file.Data)
	}
	for _, name := range []string{"kinds/posting.yaml", "codes/education.yaml", "codes/licences.csv"} {
		b, err := fs.ReadFile(Files, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("kinds/thing.yaml", b)
	}
	f.Add("sources/shop.yaml", []byte("id: shop\nfiles: [{kind: thing, map: {name: {cel: 'row.a.map(x, x)'}}, quality: [{when: '1/0 == 1'}]}]"))
	f.Add("codes/places.csv", []byte("code,ko,parent\na,b,b\nb,c,a\n"))
	f.Add("messages/ko.yaml", []byte("a: &x {b: *x}\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		m := files()
		if m[name] == nil {
			name = "kinds/thing.yaml"
		}
		m[name] = &fstest.MapFile{Data: data}
		set, err := LoadFrom(m)
		if err != nil {
			faults, ok := err.(Faults)
			if !ok || len(faults) == 0 {
				t.Fatalf("the error is %T: %v", err, err)
			}
			return
		}
		for _, l := range set.Codes {
			for _, c := range l.Codes {
				l.Current(c.Code)
				l.Path(c.Code, "ko")
			}
		}
	})
}
