package defs

import "testing"

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		fits          bool
	}{
		{"*.csv", "export.csv", true},
		{"*.csv", "/in/2026/export.csv.gz", true},
		{"*.csv", "export.csv.bak", false},
		{"공고*.json", "공고1.json", true},
		{"resumes/part-*.parquet", "out/resumes/part-00001.parquet", true},
		{"resumes/part-*.parquet", "out/postings/part-00001.parquet", false},
		{"resumes/part-*.parquet", "part-00001.parquet", false},
		{"resumes/part-*.parquet", `C:\out\resumes\part-00001.parquet.zst`, true},
		{"*", "a/b", true},
	} {
		if got := Matches(tt.pattern, tt.path); got != tt.fits {
			t.Errorf("Matches(%q, %q) = %v, want %v", tt.pattern, tt.path, got, tt.fits)
		}
	}
}
