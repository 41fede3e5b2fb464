package jobcare

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"ieum"
)

// Each situation asks other questions, and each answer reaches the reader in the
// person's words: as a spell of work, as one of unpaid work that says how long it
// was, as text, or as something known.
func TestAnswersOfEachSituationBecomeAResume(t *testing.T) {
	for name, tt := range map[string]struct {
		answers Answers
		want    ieum.Resume
	}{
		"has worked": {
			Answers{Situation: "worked", Work: "프레스 조작, 용접", Years: "3년", Tasks: "금형을 갈았다"},
			ieum.Resume{Careers: []ieum.Career{{Title: "프레스 조작", Months: 36, Text: "금형을 갈았다"}, {Title: "용접"}}},
		},
		"did not say": {
			Answers{Work: "프레스 조작"},
			ieum.Resume{Careers: []ieum.Career{{Title: "프레스 조작"}}},
		},
		"a first job": {
			Answers{Situation: "first", School: "졸업 작품으로 앱을 만들고, 발표했다", PartTime: "편의점 아르바이트 6개월", Clubs: "방송반에서 영상 편집 2년", Military: "운전병으로 트럭을 몰았다", Help: "컴퓨터를 고쳐 달라고 한다"},
			ieum.Resume{
				Careers: []ieum.Career{{Title: "편의점 아르바이트 6개월"}, {Title: "방송반에서 영상 편집", Months: 24, Unpaid: true}},
				Text:    "졸업 작품으로 앱을 만들고, 발표했다\n운전병으로 트럭을 몰았다\n컴퓨터를 고쳐 달라고 한다",
			},
		},
		"a return": {
			Answers{Situation: "return", Home: "시어머니 병간호 5년\n가계부를 쓰고, 장을 봤다", Neighbourhood: "학교 운영위원회에서 회계를 맡았다 (1년 6개월)", Work: "경리", Years: "10년", Tasks: "장부를 적었다", Hours: "part"},
			ieum.Resume{
				Careers: []ieum.Career{{Title: "경리", Months: 120, Text: "장부를 적었다"}, {Title: "시어머니 병간호", Months: 60, Unpaid: true}, {Title: "학교 운영위원회에서 회계를 맡았다", Months: 18, Unpaid: true}},
				Text:    "가계부를 쓰고, 장을 봤다",
				Wish:    ieum.Wish{Employment: []string{"part-time"}},
			},
		},
		"a late change": {
			Answers{Situation: "late", Best: "용접\n도면 읽기", Taught: "신입에게 용접을 가르쳤다", Body: "무거운 것은 들지 못합니다", Work: "용접원", Years: "30년"},
			ieum.Resume{Careers: []ieum.Career{{Title: "용접원", Months: 360}}, Skills: []string{"용접", "도면 읽기"}, Text: "신입에게 용접을 가르쳤다"},
		},
	} {
		got, err := tt.answers.Resume()
		if tt.want.Certificates == nil {
			tt.want.Certificates = []string{}
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v\n%+v, want\n%+v", name, err, got, tt.want)
		}
	}
}

// What the body allows may tell of health: it is never read, and nothing that
// keeps a résumé keeps it.
func TestWhatTheBodyAllowsIsInNoResume(t *testing.T) {
	r, err := Answers{Situation: "late", Best: "용접", Body: "허리가 아픕니다"}.Resume()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(r); err != nil || strings.Contains(string(text), "허리") {
		t.Errorf("the résumé says %s, %v", text, err)
	}
}

// Who changes the situation sees other questions; what they no longer see is not
// read.
func TestAnswersToOtherSituationsAreNotRead(t *testing.T) {
	a := Answers{Situation: "first", Work: "프레스 조작", Years: "많이", Home: "병간호", Best: "용접", School: "앱을 만들었다"}
	r, err := a.Resume()
	if err != nil || len(r.Careers) > 0 || len(r.Skills) > 0 || r.Text != "앱을 만들었다" {
		t.Errorf("%+v, %v", r, err)
	}
	a.Situation, a.Years = "", ""
	if r, err = a.Resume(); err != nil || r.Text != "" || len(r.Careers) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if (Answers{Situation: "return", School: "앱"}).told() || (Answers{Situation: "late", Body: "건강함"}).told() || !(Answers{Situation: "first", Help: "번역"}).told() {
		t.Error("what counts as told is not what the situation asks")
	}
}

// Numbers in a sentence are no length of time.
func TestOnlyALineThatEndsInATimeIsASpell(t *testing.T) {
	for line, want := range map[string]int{
		"병간호 5년": 60, "병간호 5년 6개월 동안": 66, "병간호, 2년 반": 30, "cared for my mother, 3 years": 36, "가게 일 8개월": 8,
		"5년": 0, "(5년)": 0, "매일 10명 밥을 했다": 0, "3월에 행사를 했다": 0, "5년 전에 그만두었다": 0, "2019년": 0, "하루 3시간": 0,
	} {
		r, err := Answers{Situation: "return", Home: line}.Resume()
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		if len(r.Careers) > 0 {
			got = r.Careers[0].Months
		}
		if got != want || got == 0 && r.Text != line {
			t.Errorf("%q is %d months and the text %q", line, got, r.Text)
		}
	}
}

// Who answers that there is nothing has said nothing: no competency is read from it.
func TestAnswersThatSayNothing(t *testing.T) {
	for _, said := range []string{"없음", "없습니다.", " 없어요 ", "무", "-없음-", "딱히 없음", "해당 없음", "해당사항 없음", "일한 적이 없습니다", "경력 없음", "아무것도 없어", "None", "no", "N/A", "없음\n없다"} {
		a := Answers{Work: said, Tasks: said, Certificates: said}
		if r, err := a.Resume(); a.told() || err != nil || len(r.Careers)+len(r.Certificates) > 0 || r.Text != "" {
			t.Errorf("%q: told %t, %+v, %v", said, a.told(), r, err)
		}
	}
	for _, said := range []string{"무역 사무", "노무", "없던 길을 냈습니다", "결함 없음을 확인", "no-code 개발", "Notary", "사고 없이 20년"} {
		if a := (Answers{Work: said}); !a.told() {
			t.Errorf("%q says nothing", said)
		}
	}
	if r, err := (Answers{Work: "없음\n프레스 조작원", Certificates: "지게차운전기능사\n없음"}).Resume(); err != nil || len(r.Careers) != 1 || len(r.Certificates) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestNothingIsAskedForTheFirstFieldOfAnotherSituation(t *testing.T) {
	for situation, field := range map[string]string{"": "/work", "worked": "/work", "first": "/school", "return": "/home", "late": "/best"} {
		_, err := (&handlers{}).resume(diagnosisForm{Answers: Answers{Situation: situation}})
		e, ok := errors.AsType[*ieum.Error](err)
		if !ok || e.Field != field || e.Key != "error.diagnosis_empty" {
			t.Errorf("%q: %v", situation, err)
		}
	}
}

// Who says of each work how long it was, and then the sum of it, is not taken to have worked
// longer; of one work the answer counts, whatever its line says.
func TestYearsOfSeveralWorksAreNotCountedTwice(t *testing.T) {
	for work, want := range map[string]int{"식당 주방에서 12년, 공장 포장 3년": 0, "식당 주방, 공장 포장": 180, "식당 주방에서 12년": 180} {
		r, err := Answers{Situation: lateChange, Work: work, Years: "15년"}.Resume()
		if err != nil || r.Careers[0].Months != want {
			t.Errorf("%s: the first is of %d months, want %d (%v)", work, r.Careers[0].Months, want, err)
		}
	}
}
