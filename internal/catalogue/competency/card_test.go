package competency

import (
	"fmt"
	"strings"
	"testing"
)

// What was not trained is said to be the program's, and has no figures.
func TestTheCardIsOfTheDataItSays(t *testing.T) {
	v, err := ReadVerdicts(strings.NewReader("sign,meant\n" + strings.Repeat("three,0\nlong,1\n", 20)))
	if err != nil {
		t.Fatal(err)
	}
	stored, err := AddMentions([]byte("{}"), v)
	if err != nil {
		t.Fatal(err)
	}
	r := Evaluate(v)
	card := CardOf(Trained{File: "verdicts.csv", Verdicts: v, Mentions: &r, Terms: "ours to use"}, stored)
	if len(card.Data) != 1 || card.Data[0] != (Source{"verdicts on mentions: a probability for each sort of mention", "verdicts.csv", 40, "ours to use"}) {
		t.Errorf("data %+v", card.Data)
	}
	if card.Bytes != len(stored) || card.Seed == "" || card.Skills != nil || card.Mentions.Judged != 40 || card.Mentions.ECERange[1] == 0 {
		t.Errorf("%+v", card)
	}
	if all := fmt.Sprint(card.Limits); !strings.Contains(all, "there were no sentences") || strings.Contains(all, "no verdicts") {
		t.Errorf("limits %s", all)
	}
}
