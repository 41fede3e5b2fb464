package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lines runs a command on standard input, in an empty folder, and returns its
// lines of output. It fails when the command leaves anything in the folder.
func lines(t *testing.T, stdin string, args ...string) []string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	status, out, said := invoke(dir, stdin, args...)
	if status != 0 {
		t.Fatalf("%q: status %d: %s", args, status, said)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("%q made a data folder", args)
	}
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n")
}

type codeLine struct {
	Codes []struct {
		Code string
		P    float64
	}
	Answer *struct {
		Code  string
		Level int
		P     float64
	}
}

func TestCodeAnswersEachLineInOrder(t *testing.T) {
	got := lines(t, "요양보호사\n\n백엔드 개발자\t서버를 개발한다\r\n  \nㅁㄴㅇㄹ\n간호사", "code")
	if len(got) != 6 {
		t.Fatalf("6 lines in, %d out:\n%s", len(got), strings.Join(got, "\n"))
	}
	for i, want := range []struct {
		codes int
		first string
		sure  bool
	}{{10, "5501", true}, {0, "", false}, {10, "1333", true}, {0, "", false}, {10, "", false}, {10, "3040", true}} {
		var l codeLine
		if err := json.Unmarshal([]byte(got[i]), &l); err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
		if len(l.Codes) != want.codes || want.first != "" && l.Codes[0].Code != want.first || (l.Answer != nil) != want.sure {
			t.Errorf("line %d is %s", i, got[i])
		}
	}
	if got[1] != `{"codes":[],"answer":null}` {
		t.Errorf("a blank line gives %s", got[1])
	}
	if !strings.Contains(got[4], `"answer":null`) {
		t.Errorf("without an answer there is null: %s", got[4])
	}
}

func TestCodeInTheOlderClassification(t *testing.T) {
	got := lines(t, "약사\n", "code", "-k", "3", "--classification", "keco2018")
	var l codeLine
	if err := json.Unmarshal([]byte(got[0]), &l); err != nil || len(l.Codes) != 3 || l.Codes[0].Code != "3030" {
		t.Errorf("%s, %v", got[0], err)
	}
}

func TestALineOfAMegabyteIsOneLine(t *testing.T) {
	if got := lines(t, strings.Repeat("용접", 1<<19)+"\n간호사\n", "code"); len(got) != 2 {
		t.Errorf("%d lines", len(got))
	}
}

func TestExtractGivesPlacesInTheLine(t *testing.T) {
	line := "한식조리기능사가 있고 지게차 운전을 합니다"
	got := lines(t, line+"\n\n", "extract", "-k", "5")
	var l struct {
		Skills []struct {
			ID, Label  string
			P          float64
			Start, End int
		}
	}
	if err := json.Unmarshal([]byte(got[0]), &l); err != nil || len(l.Skills) < 2 {
		t.Fatalf("%s, %v", got[0], err)
	}
	words := map[string]string{}
	for _, s := range l.Skills {
		words[s.Label] = line[s.Start:s.End]
	}
	if words["지게차 운전"] != "지게차 운전" || words["한식조리기능사"] != "한식조리기능사" {
		t.Errorf("the places are %q", words)
	}
	if got[1] != `{"skills":[]}` {
		t.Errorf("a blank line gives %s", got[1])
	}
}

// A line in which one name stands again and again takes about a second in either
// vocabulary, and would take minutes were each compared with all.
func TestExtractReadsALineOfAMegabyte(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("용접 ", 150_000)
	for _, vocabulary := range []string{"ieum", "esco"} {
		got := lines(t, line+"\n지게차\n", "extract", "--vocabulary", vocabulary, "-k", "3")
		if len(got) != 2 || !strings.Contains(got[0], `"words":"용접`) {
			t.Errorf("%s: %d lines, the first %.200s", vocabulary, len(got), got[0])
		}
	}
}

func TestExtractAnswersInTheWordsOfESCO(t *testing.T) {
	line := "You are a team player who knows PostgreSQL, 파이썬"
	got := lines(t, line+"\n\n😀\n", "extract", "--vocabulary", "esco", "-k", "20")
	var l struct {
		Skills []struct {
			Label      string
			Start, End int
		}
	}
	if err := json.Unmarshal([]byte(got[0]), &l); err != nil || len(got) != 3 || len(l.Skills) != 20 {
		t.Fatalf("%d lines: %s, %v", len(got), got[0], err)
	}
	words := map[string]string{}
	for _, s := range l.Skills {
		words[s.Label] = line[s.Start:s.End]
	}
	if words["work in teams"] != "team player" || words["PostgreSQL"] != "PostgreSQL" || words["Python (computer programming)"] != "파이썬" {
		t.Errorf("the places are %q", words)
	}
	if got[1] != `{"skills":[]}` || got[2] != `{"skills":[]}` {
		t.Errorf("lines without a word give %s", got[1:])
	}
}

// TestTrainedWeightsAreUsed trains an extractor on made-up sentences and puts
// its weights where an agency puts them.
func TestTrainedWeightsAreUsed(t *testing.T) {
	from, data := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "tech_validation_annotations.csv"), []byte("sentence,label\nyou are a team player,work in teams\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(data, "learned", "extractor.bin") // where it is used
	if status, _, said := invoke(data, "", "train", "extractor", "--from", from, "--terms", "ours to use"); status != 0 {
		t.Fatalf("status %d: %s", status, said)
	}
	card, err := os.ReadFile(filepath.Join(data, "learned", "extractor.json"))
	if err != nil {
		t.Fatalf("there is no card: %v", err)
	}
	for _, says := range []string{`"file": "tech_validation_annotations.csv"`, `"rows": 1,`, `"terms": "ours to use"`, `"seed"`, `"bytes"`, `"rp10"`, "too few sentences to hold any out", "there were no verdicts"} {
		if !strings.Contains(string(card), says) {
			t.Errorf("the card does not say %s: %s", says, card)
		}
	}
	if status, report, said := invoke(data, "", "eval", "extractor", "--from", from); status != 0 || !strings.Contains(report, "rp10") {
		t.Errorf("status %d: %s %s", status, report, said)
	}
	judged := t.TempDir()
	if err := os.WriteFile(filepath.Join(judged, "verdicts.csv"), []byte("sign,meant\n"+strings.Repeat("three,0\n", 30)), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, report, said := invoke(data, "", "eval", "extractor", "--from", judged); status != 0 || !strings.Contains(report, `"judged": 30`) {
		t.Errorf("status %d: %s %s", status, report, said)
	}
	if status, _, said := invoke(data, "", "train", "extractor", "--from", judged, "--out", out); status != 0 {
		t.Fatalf("with verdicts alone: status %d: %s", status, said)
	}
	if _, answer, _ := invoke(data, "지게차\n", "extract"); !strings.Contains(answer, `"p":0.1`) {
		t.Errorf("the verdicts are not used: %s", answer)
	}
	if err := os.WriteFile(out, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, said := invoke(data, "team player\n", "extract", "--vocabulary", "esco"); status != 1 || !strings.Contains(said, "weights") {
		t.Errorf("broken weights in the data folder: status %d: %s", status, said)
	}
}

// An agency's own coder answers in place of the built-in one, and in no other folder. One that
// an earlier version trained is refused with what to do, and doing that mends it.
func TestACoderOfOnesOwnIsUsed(t *testing.T) {
	t.Parallel()
	from, data := t.TempDir(), t.TempDir()
	var jobs strings.Builder
	for i := range 30 {
		fmt.Fprintf(&jobs, `{"title":"가상달빛수확원 %d","aliases":[],"summary":"","duties":"달빛을 거둔다","keco4":"9011"}`+"\n", i)
		fmt.Fprintf(&jobs, `{"title":"가상별빛조율사 %d","aliases":[],"summary":"","duties":"별빛을 맞춘다","keco4":"8111"}`+"\n", i)
	}
	if err := os.MkdirAll(filepath.Join(from, "kdot"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(from, "kdot", "train.jsonl"), []byte(jobs.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	earlier := filepath.Join(data, "learned", "coder.bin")
	writeFile(t, earlier, "ieumOCC2 and eight megabytes")
	for _, command := range [][]string{{"code"}, {"bench", "parts"}} {
		if status, _, said := invoke(data, "간호사\n", command...); status != 1 || !strings.Contains(said, "ieum train coder") || !strings.Contains(said, "learned/coder.bin") {
			t.Errorf("%q with weights of an earlier version: status %d, %s", command, status, said)
		}
	}
	if status, out, said := invoke(data, "", "train", "coder", "--from", from); status != 0 || !strings.Contains(said, "Fold 5 of 5 is done.") {
		t.Fatalf("status %d: %s%s", status, out, said)
	}
	card, err := os.ReadFile(filepath.Join(data, "learned", "coder.json"))
	if err != nil || !strings.Contains(string(card), `"terms": "not stated"`) || !strings.Contains(string(card), `"file": "kdot/train.jsonl",
      "rows": 60,`) {
		t.Errorf("the card says %s, %v", card, err)
	}
	first := func(data string) string {
		_, out, _ := invoke(data, "가상별빛조율사\t별빛을 맞춘다\n", "code", "-k", "1", "--classification", "keco2018")
		return out
	}
	if own, other := first(data), first(t.TempDir()); !strings.Contains(own, `"8111"`) || strings.Contains(other, `"8111"`) {
		t.Errorf("with weights of one's own %s, with those of the program %s", own, other)
	}
}

// What takes minutes ends when it is told to.
func TestComputingEndsWhenStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	begun, never := make(chan bool), make(chan error)
	go func() { <-begun; stop() }()
	if err := untilStopped(ctx, func() error { close(begun); return <-never }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped with %v", err)
	}
	if err := untilStopped(t.Context(), func() error { return io.ErrUnexpectedEOF }); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("ended with %v", err)
	}
}

func TestWrongCommandLinesOfTheCoder(t *testing.T) {
	for _, args := range [][]string{
		{"code", "-k", "0"}, {"code", "title"}, {"code", "--classification", "isco"},
		{"extract", "--vocabulary", "other"}, {"train", "coder"}, {"train", "other", "--from", "."}, {"eval"}, {"eval", "coder", "--from", ".", "--weights", "x.bin"},
	} {
		if status, _, _ := invoke("", "", args...); status != 2 {
			t.Errorf("%q: status %d", args, status)
		}
	}
	data := t.TempDir()
	for part, names := range map[string]string{"coder": "train.jsonl", "extractor": "verdicts.csv", "encoder": "names.tsv"} {
		for _, command := range []string{"train", "eval"} {
			status, _, said := invoke(data, "", command, part, "--from", t.TempDir())
			if status != 1 || command == "train" && !strings.Contains(said, names) {
				t.Errorf("%s %s from a folder without its files: status %d, %s", command, part, status, said)
			}
		}
	}
	if left, err := os.ReadDir(data); err != nil || len(left) > 0 {
		t.Errorf("training that came to nothing left %v, %v", left, err)
	}
	if status, _, said := invoke(data, "", "train", "coder", "--from", ".", "--out", "/nowhere/coder.bin"); status != 1 || !strings.Contains(said, "/nowhere") {
		t.Errorf("a folder that is not there: status %d, %s", status, said)
	}
}
