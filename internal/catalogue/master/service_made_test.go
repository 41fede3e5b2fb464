package master

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Words of which services are made up.
var (
	madeFor    = strings.Fields("청년 어르신 영아 유아 임산부 장애인 한부모 다자녀 신혼부부 농업인 소상공인 구직자 대학생 보훈대상자 1인가구 중장년")
	madeObject = strings.Fields("월세 교통비 급식 의료비 학자금 보청기 기저귀 난방비 이사비 면접정장 응시료 심리상담 건강검진 돌봄 주거비 취업교육 창업교육 문화이용권 장려금 위문금")
	madeEnd    = []string{"지원", "지원사업", " 지원 사업", "", " 지급", " 서비스", " 프로그램"}
	madeName   = strings.Fields("가나 다라 마바 사아 자차 카타 파하 거너 더러 머버 서어 저처")
	madeDept   = strings.Fields("복지과 청년정책과 보건소 일자리경제과 가족정책과")
	madeSaid   = strings.Fields("생활 안정을 돕고 비용 일부를 달마다 나누어 드립니다 신청한 달부터 한 해까지 소득을 보아 심사하여 정하고 방문 또는 인터넷으로 받으며 예산이 다하면 마칩니다 대상은 주민등록을 둔 사람 입니다 담당 부서가 확인하고 통장으로 보냅니다")
)

// A madeCouncil runs services.
type madeCouncil struct {
	name   string
	region uint32
}

// madeServices makes rows of about n services, in an order of chance, and which
// service each is of. Titles return in every district, services in other years
// and rounds; what a second register says of one is changed as clerks change it.
func madeServices(seed uint64, n int) (rows []Service, truth []int) {
	rng := rand.New(rand.NewPCG(seed, 30))
	var councils []madeCouncil
	for p := range 8 {
		councils = append(councils, madeCouncil{madeName[p] + "도", uint32(91 + p)})
		for d := range 9 {
			councils = append(councils, madeCouncil{madeName[p] + "도 " + madeName[(p+d+1)%12] + madeName[d][:3] + "시", uint32((91+p)*1000 + 110 + 10*d)})
		}
	}
	councils = append(councils, madeCouncil{"가상복지부", 0}, madeCouncil{"지어낸노동부", 0})
	seen := map[string]bool{}
	for service := 0; service < n; {
		c := councils[rng.IntN(len(councils))]
		s, name := madeService(rng, c)
		if seen[name] {
			continue
		}
		seen[name] = true
		editions := 1 + rng.IntN(6)/4
		for edition := range editions {
			rows, truth = madeCopies(rng, rows, truth, madeEdition(rng, s, edition, editions), c, service)
			service++
		}
	}
	rng.Shuffle(len(rows), func(i, j int) {
		rows[i], rows[j], truth[i], truth[j] = rows[j], rows[i], truth[j], truth[i]
	})
	return rows, truth
}

func madeService(rng *rand.Rand, c madeCouncil) (s Service, name string) {
	who, what := madeFor[rng.IntN(len(madeFor))], madeObject[rng.IntN(len(madeObject))]
	s = Service{Title: who + " " + what + madeEnd[rng.IntN(len(madeEnd))], Office: c.name + " " + madeDept[rng.IntN(len(madeDept))], Region: c.region}
	words := []string{who, what}
	for range 20 + rng.IntN(20) {
		words = append(words, madeSaid[rng.IntN(len(madeSaid))])
	}
	s.Text = strings.Join(words, " ")
	return s, c.name + who + what
}

// madeEdition is a service in one of its years. Where there are several the
// title says which, or a period does.
func madeEdition(rng *rand.Rand, s Service, edition, of int) Service {
	year := 2024 + edition
	titled := rng.IntN(10) < 1 || of > 1 && rng.IntN(10) < 8
	if of > 1 && !titled || rng.IntN(3) == 0 {
		s.From = day(fmt.Sprintf("%d-0%d-01", year, 1+rng.IntN(5)))
		s.To = s.From + int32(30+rng.IntN(150))
	}
	if titled {
		s.Title = fmt.Sprintf("%d년 %s", year, s.Title)
	}
	return s
}

// madeCopies adds the rows that up to three registers have of a service.
func madeCopies(rng *rand.Rand, rows []Service, truth []int, s Service, c madeCouncil, service int) ([]Service, []int) {
	marks := []string{"AAA%08d", "777%09d", "202%017d"}
	rng.Shuffle(len(marks), func(i, j int) { marks[i], marks[j] = marks[j], marks[i] })
	s.Number = fmt.Sprintf(marks[0], 10_000_000+service)
	rows, truth = append(rows, s), append(truth, service)
	for copy := 1; copy < 3 && rng.IntN(5) < 2; copy++ {
		x := madeChanged(rng, s, c)
		if rng.IntN(2) == 0 {
			x.Number = fmt.Sprintf(marks[copy], 10_000_000+service)
		}
		rows, truth = append(rows, x), append(truth, service)
	}
	return rows, truth
}

// madeChanged is a service as another register has it.
func madeChanged(rng *rand.Rand, s Service, c madeCouncil) Service {
	chance := func(percent int) bool { return rng.IntN(100) < percent }
	if chance(30) {
		s.Title = strings.ReplaceAll(s.Title, " ", "")
	}
	if chance(15) {
		s.Title = strings.TrimSuffix(s.Title, "사업")
	}
	if chance(15) {
		s.Title = "[" + c.name[strings.LastIndex(c.name, " ")+1:] + "] " + s.Title
	}
	if chance(4) {
		r := []rune(s.Title)
		i := 1 + rng.IntN(len(r)-2)
		s.Title = string(r[:i]) + string(r[i+1:])
	}
	if chance(40) {
		s.Office = c.name
	}
	if chance(10) {
		s.Office = madeDept[rng.IntN(len(madeDept))]
	}
	if chance(30) {
		s.From, s.To = 0, 0
	}
	if chance(20) {
		s.Text = ""
	} else if words := strings.Fields(s.Text); chance(50) {
		s.Text = "○ " + strings.Join(words[:len(words)/2], " ") + " 등"
	}
	return s
}
