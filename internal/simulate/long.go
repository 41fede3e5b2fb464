package simulate

import "math"

// Bodies of the sites of start-ups and developers: long ones, of sections whose
// lines are drawn from lists.

// A layout is how one such body is set.
type layout struct {
	open, close string  // around a heading
	bullet      string  // before a line
	warm        bool    // says 해요
	size        float64 // how much is written, over the least usual
}

// The spread of how much is written, on the logarithm, and what stands in the
// middle: lines of each section beyond those of the vacancy.
const (
	startupSpread   = 0.95
	developerSpread = 1.10
	developerMiddle = 3.2
)

// startupLayout draws the layout of a body at the site of start-ups.
func startupLayout(r *rng) layout {
	l := layout{bullet: pick(r, []string{"• ", "• ", "• ", "- ", ""}), size: math.Exp(startupSpread * r.norm()), warm: r.chance(0.12)}
	switch x := r.float(); {
	case x < 0.28:
		l.open, l.close = "[", "]"
	case x < 0.32:
		l.open = "■ "
	}
	return l
}

// developerLayout draws the layout of a body at the site of developers, which
// takes markup.
func developerLayout(r *rng) layout {
	l := layout{open: "## ", bullet: pick(r, []string{"* ", "* ", "* ", "* ", "- ", "- ", ""}), size: developerMiddle * math.Exp(developerSpread*r.norm()), warm: r.chance(0.30)}
	switch x := r.float(); {
	case x < 0.10:
		l.open, l.close = "[", "]"
	case x < 0.20:
		l.open = "### ■ "
	case x < 0.45:
		l.open, l.close = "**", "**"
	}
	return l
}

// long writes a body of sections.
func (w *writer) long(l layout) {
	pen, v := &w.pen, &w.vac
	if l.warm {
		pen.fill(pick(w.r, warmPitches), w.employer())
	} else {
		pen.fill(pick(w.r, plainPitches), w.employer())
	}
	pen.str("\n")
	w.some(teamLines, 2*l.size, "", "\n")
	w.heading(l, pick(w.r, []string{"주요업무", "담당업무", "합류하면 함께할 일"}))
	w.tasks(l.bullet, "\n")
	w.some(workLines, 2*l.size-1, l.bullet, "\n")
	w.heading(l, "자격요건")
	w.needs(l.bullet, "\n", technoNeeds)
	w.formal(l.bullet, "\n")
	w.some(wantLines, 1.3*l.size-1, l.bullet, "\n")
	w.heading(l, "우대사항")
	w.preferred(l.bullet, "\n")
	w.some(likeLines, 1.3*l.size-1, l.bullet, "\n")
	w.heading(l, "혜택 및 복지")
	pen.str(l.bullet)
	w.welfare("\n" + l.bullet)
	pen.str("\n")
	w.some(perkLines, 4*l.size-2, l.bullet, "\n")
	w.heading(l, "근무조건")
	pen.str(l.bullet, employmentWords[v.employment], ", ", hourWords[v.hours], "\n", l.bullet, w.m.places.list[v.place].name)
	if l.size > 0.4 {
		w.contact("\n" + l.bullet)
		pen.str("\n", l.bullet, pick(w.r, steps), "\n")
		w.some(noteLines, 1.5*l.size-1, l.bullet, "\n")
	}
}

func (w *writer) heading(l layout, title string) { w.pen.str("\n", l.open, title, l.close, "\n") }

// some writes about so many lines of a list, none twice.
func (w *writer) some(list []string, many float64, before, behind string) {
	n := min(int(many+w.r.float()), len(list))
	start := w.r.intn(len(list))
	for i := range n {
		line := list[(start+i)%len(list)]
		w.pen.str(before, line, behind)
		w.sayPhrase(line)
	}
}

// Lines of long bodies; all sentences are ours, and none of them says 해요.
var (
	warmPitches  = []string{"%은 더 나은 서비스를 만드는 팀이에요. 함께 문제를 풀어 갈 동료를 찾고 있어요.", "%에서는 작은 팀이 크게 일해요. 아래 일을 함께해요.", "%에서 같이 일할 분을 기다려요. 자율과 책임을 중요하게 생각해요."}
	plainPitches = []string{"우리는 %, 매주 배우고 나누는 팀입니다.", "%에 합류할 분을 찾습니다. 자율과 책임을 중요하게 생각합니다.", "%은 시험용으로 지어낸 회사이며, 아래와 같이 함께할 분을 모십니다.", "%은 고객이 겪는 불편을 하나씩 없애는 일을 합니다."}
	teamLines    = []string{
		"우리 팀은 정해진 답이 없는 문제를 작은 실험으로 나누어 풀고, 그 결과를 모두가 볼 수 있는 곳에 남깁니다.",
		"직급 없이 서로의 이름을 부르며, 맡은 일의 범위와 방법을 스스로 정합니다.",
		"매주 월요일에 한 주의 목표를 정하고 금요일에 무엇을 배웠는지 돌아봅니다.",
		"지난 한 해 동안 이용자가 두 배로 늘었고, 그만큼 풀어야 할 숙제도 많아졌습니다.",
		"고객의 목소리를 가장 가까이에서 듣고 바로 고치는 것을 자랑으로 여깁니다.",
		"서로 다른 배경을 가진 동료들이 모여 있어 질문을 많이 하는 분위기입니다.",
		"누가 결정했는지보다 왜 그렇게 결정했는지를 중요하게 생각합니다.",
		"실수를 감추지 않고 나누며, 같은 실수를 되풀이하지 않는 절차를 만듭니다.",
		"아직 작은 조직이라 한 사람이 만드는 변화가 크게 보입니다.",
		"빠르게 만드는 것만큼 오래 가는 것을 만드는 데에도 시간을 씁니다.",
	}
	workLines = []string{
		"업무가 막히는 곳을 먼저 찾아내고, 더 나은 방법을 동료들과 의논하여 바꾸어 나갑니다.",
		"다른 부서의 담당자와 일정과 범위를 맞추고 진행 상황을 정기적으로 나눕니다.",
		"맡은 일의 기준과 절차를 문서로 남겨 누구나 이어받을 수 있게 합니다.",
		"이용자의 불편을 모아 우선순위를 정하고 다음 분기의 계획에 담습니다.",
		"성과를 재는 숫자를 정하고 매주 살펴 다음에 할 일을 고릅니다.",
		"새로 들어오는 동료가 빠르게 자리 잡도록 돕습니다.",
		"외부 협력사와 함께 일의 품질을 살피고 개선할 점을 정리합니다.",
		"예상하지 못한 문제가 생기면 원인을 밝히고 재발을 막는 방법을 마련합니다.",
	}
	wantLines = []string{
		"스스로 문제를 정의하고 끝까지 책임지는 태도를 가지신 분",
		"자신의 생각을 글과 말로 분명하게 전하실 수 있는 분",
		"모르는 것을 모른다고 말하고 빠르게 배우시는 분",
		"여러 직군의 동료와 협업한 경험이 있으신 분",
		"바뀌는 상황에서도 우선순위를 정하고 일을 이끌어 가실 수 있는 분",
		"해외여행에 결격 사유가 없으신 분",
		"동료의 의견을 귀담아듣고 더 나은 결론으로 이끄시는 분",
	}
	likeLines = []string{
		"같은 업종의 서비스를 처음부터 만들어 본 경험이 있으신 분",
		"작은 조직에서 여러 역할을 맡아 본 경험이 있으신 분",
		"반복되는 일을 줄이려고 스스로 방법을 찾아본 적이 있으신 분",
		"우리 서비스를 직접 써 보고 고칠 점을 말씀해 주실 수 있는 분",
		"목표를 숫자로 세우고 이루어 본 경험이 있으신 분",
		"후배나 동료를 이끌어 본 경험이 있으신 분",
		"새로운 기술과 흐름에 관심이 많고 배운 것을 나누기를 좋아하시는 분",
	}
	perkLines = []string{
		"하루 여덟 시간 안에서 시작과 끝을 스스로 정하는 시차 출퇴근",
		"입사 첫날 필요한 장비를 원하는 사양으로 지급 (연 1회 교체 가능)",
		"점심과 저녁 식대를 한도 안에서 지원하고 사무실에 간식을 갖추어 둡니다",
		"눈치 보지 않고 쓰는 연차와 반차, 반반차",
		"업무에 필요한 책과 강의 비용을 한도 없이 지원",
		"해마다 한 번 본인과 가족 한 사람의 건강검진 비용 지원",
		"생일과 결혼기념일에 이른 퇴근과 작은 선물",
		"세 해를 함께하면 2주의 유급 휴가와 휴가비",
		"늦게까지 일한 날에는 택시비 지원",
		"동호회 활동비를 분기마다 지원",
		"경조사 휴가와 경조금, 화환 지원",
		"명절 상여와 설·추석 선물",
		"부모가 된 동료를 위한 육아기 단축 근무와 휴직",
		"성과를 함께 나누는 연간 성과급과 인재 추천 보상금",
		"역에서 걸어서 5분, 넓은 휴게 공간과 조용한 집중 공간",
		"한 달에 두 번 금요일 오후에 일찍 마칩니다",
		"독감 예방접종과 단체 상해보험 가입",
	}
	noteLines = []string{
		"서류 결과는 지원하신 날부터 2주 안에 모든 분께 알려 드립니다",
		"필요한 경우 과제나 추가 면접이 있을 수 있으며 미리 안내해 드립니다",
		"입사 뒤 3개월의 수습 기간이 있으며 급여는 그대로 지급합니다",
		"제출하신 서류에 거짓이 있으면 합격이 취소될 수 있습니다",
		"채용이 끝나면 공고는 예고 없이 닫힐 수 있습니다",
		"이력서와 자유 형식의 소개 글을 함께 보내 주시면 도움이 됩니다",
		"주민등록번호, 가족관계, 키와 몸무게는 적지 않으셔도 됩니다",
	}
)
