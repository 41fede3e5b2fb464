package parse

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ieum/defs"
)

// A Scope is where a place is when it is no region of the list.
type Scope uint8

// The scopes.
const (
	Placed     Scope = iota // in the region
	Nationwide              // anywhere in the country
	Remote                  // at home
	Overseas                // abroad
)

// A Region is a place: the code of a district (5 digits) or a province (2) in
// force today, or a scope without a code.
type Region struct {
	Code  string
	Scope Scope
}

// Regions reads places by a code list of provinces and districts. It is safe
// for concurrent use.
type Regions struct {
	provinces map[string]string            // name → code
	names     []string                     // of provinces, longest first
	districts map[string]map[string]string // province → name without spaces → code; "" = ambiguous
	longest   int                          // runes of the longest district name
	anywhere  map[string]string            // district name → code, over all provinces; "" = ambiguous
	successor map[string]string
	known     map[string]bool
	cities    map[string]string            // districts that may hold others: code → name
	wards     map[string]map[string]string // city → name of ward → code
}

// provinceShort are the short names that do not follow from the long ones.
var provinceShort = map[string][]string{
	"충청북도": {"충북"}, "충청남도": {"충남"}, "전라북도": {"전북"}, "전라남도": {"전남"}, "경상북도": {"경북"}, "경상남도": {"경남"},
	"전북특별자치도": {"전북"}, "강원특별자치도": {"강원", "강원도"}, "제주특별자치도": {"제주", "제주도"}, "세종특별자치시": {"세종", "세종시"},
}

// NewRegions prepares a code list whose codes have two or five digits. A code
// no longer in force leads to its successor.
func NewRegions(list *defs.CodeList) *Regions {
	r := &Regions{
		provinces: map[string]string{}, districts: map[string]map[string]string{},
		anywhere: map[string]string{}, successor: map[string]string{}, known: map[string]bool{}, cities: map[string]string{}, wards: map[string]map[string]string{},
	}
	for _, c := range list.Codes {
		r.known[c.Code] = true
		if len(c.Code) == 5 {
			r.cities[c.Code] = c.Name.KO
		}
		if c.Until != 0 || c.Successor != "" {
			r.successor[c.Code] = c.Successor
		}
	}
	for _, old := range []bool{false, true} { // names in force win over abolished ones
		for _, c := range list.Codes {
			if _, gone := r.successor[c.Code]; gone == old && len(c.Code) == 2 {
				r.addProvince(c, old)
			}
		}
	}
	for name := range r.provinces {
		r.names = append(r.names, name)
	}
	slices.SortFunc(r.names, func(a, b string) int { return len(b) - len(a) })
	for _, old := range []bool{false, true} {
		for _, c := range list.Codes {
			if _, gone := r.successor[c.Code]; gone == old && len(c.Code) == 5 {
				r.addDistrict(c, old)
			}
		}
	}
	return r
}

func (r *Regions) addProvince(c defs.Code, old bool) {
	code := r.Current(c.Code)
	if code == "" {
		return
	}
	name := strings.ReplaceAll(c.Name.KO, " ", "")
	names := append([]string{name}, provinceShort[name]...)
	for _, end := range []string{"특별자치시", "특별자치도", "특별시", "광역시", "직할시", "도"} {
		if stem, ok := strings.CutSuffix(name, end); ok && utf8.RuneCountInString(stem) == 2 {
			names = append(names, stem)
			if strings.HasSuffix(end, "시") && stem != "광주" { // 광주시 is a city of Gyeonggi too
				names = append(names, stem+"시")
			}
			break
		}
	}
	if en := strings.ToLower(c.Name.EN); en != "" {
		names = append(names, en)
	}
	for _, n := range append(names, c.Aliases...) {
		if _, taken := r.provinces[n]; !taken || !old {
			r.provinces[n] = code
		}
	}
}

// addDistrict files a district under the province it is in now and, when it
// was abolished, under the one its old code belongs to.
func (r *Regions) addDistrict(c defs.Code, old bool) {
	code := r.Current(c.Code)
	if code == "" {
		return
	}
	full := c.Name.KO
	for _, p := range r.names {
		if rest, ok := strings.CutPrefix(full, p+" "); ok {
			full = rest
			break
		}
	}
	if city := r.cities[c.Parent]; city != "" && !strings.Contains(full, " ") {
		full = city + " " + full // 분당구, which lies in 성남시
	}
	names := []string{full}
	if i := strings.LastIndexByte(full, ' '); i > 0 {
		names = append(names, full[i+1:]) // 분당구 of 성남시 분당구
		r.addWard(c, code, full[:i], full[i+1:])
	}
	names = append(names, c.Aliases...)
	if en := strings.ToLower(c.Name.EN); en != "" {
		names = append(names, en)
	}
	at := []string{code[:2]}
	if p := r.Current(c.Code[:2]); p != "" && p != code[:2] {
		at = append(at, p)
	}
	for _, name := range names {
		key := strings.ReplaceAll(name, " ", "")
		r.longest = max(r.longest, utf8.RuneCountInString(key))
		for _, p := range at {
			if r.districts[p] == nil {
				r.districts[p] = map[string]string{}
			}
			put(r.districts[p], key, code, old)
		}
		if len(code) == 5 {
			put(r.anywhere, key, code, old)
		}
	}
}

func (r *Regions) addWard(c defs.Code, code, city, name string) {
	in := c.Parent
	if len(in) != 5 {
		in = r.districts[code[:2]][city]
	}
	if in == "" || len(code) != 5 {
		return
	}
	if r.wards[in] == nil {
		r.wards[in] = map[string]string{}
	}
	put(r.wards[in], name, code, c.Until != 0)
}

// put files a code under a name; two codes in force under one name make it
// ambiguous, an abolished one gives way.
func put(m map[string]string, name, code string, old bool) {
	switch had, taken := m[name]; {
	case !taken:
		m[name] = code
	case had != code && !old:
		m[name] = ""
	}
}

// Current returns the code in force that a code became, or "" when it has no
// successor.
func (r *Regions) Current(code string) string {
	for range 10 {
		next, gone := r.successor[code]
		if !gone {
			return code
		}
		code = next
	}
	return ""
}

var (
	regionNation = []string{"전국", "국내전체", "전지역"}
	regionHome   = []string{"재택", "원격근무", "풀리모트", "리모트"}
	regionAbroad = []string{
		"해외", "국외", "중국", "홍콩", "대만", "일본", "미국", "캐나다", "멕시코", "브라질", "베트남", "태국", "인도네시아", "필리핀", "말레이시아",
		"싱가포르", "싱가폴", "캄보디아", "미얀마", "라오스", "인도", "방글라데시", "몽골", "우즈베키스탄", "카자흐스탄", "러시아", "독일", "프랑스",
		"영국", "스페인", "이탈리아", "네덜란드", "폴란드", "체코", "헝가리", "슬로바키아", "루마니아", "튀르키예", "터키", "호주", "뉴질랜드",
		"사우디아라비아", "사우디", "아랍에미리트", "UAE", "두바이", "쿠웨이트", "카타르", "이란", "이라크", "이집트", "남아프리카", "케냐", "나이지리아",
		"아시아", "유럽", "북미", "남미", "중동", "아프리카", "동남아",
	}
	regionLead = []string{"대한민국", "주소", "근무지", "근무지역", "근무장소", "지역", "본사", "위치"}
	// regionTail are ends of a word that do not change the place.
	regionTail = []string{"전체", "전지역", "전역", "일대", "지역", "일원", "외"}
)

// Read reads an address or the name of a region: "서울 강남구 외", "경기
// 성남시 분당구 판교로 1", "전국". Several regions become the province they
// share. A district that several provinces have ("중구") is not read.
func (r *Regions) Read(text string) (Region, bool) {
	s := fold(text)
	if code, ok := r.byCode(s); ok {
		return Region{Code: code}, true
	}
	var found Region
	for _, piece := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(",/·|;", c) }) {
		got, whole, ok := r.piece(piece)
		switch {
		case !ok:
		case found == Region{}:
			found = got
		case whole && got != found:
			inside := plain(piece) && strings.HasPrefix(found.Code, got.Code) // "Gangnam-gu, Seoul"
			if inside {
				continue
			}
			if found = shared(found, got); found == (Region{}) {
				return Region{}, false
			}
		}
	}
	return found, found != Region{}
}

// byCode reads a code of the list, or a legal-dong code (10 digits).
func (r *Regions) byCode(s string) (string, bool) {
	if len(s) != 2 && len(s) != 5 && len(s) != 10 || strings.Trim(s, "0123456789") != "" {
		return "", false
	}
	if len(s) == 10 {
		if s = s[:5]; strings.HasSuffix(s, "000") {
			s = s[:2]
		}
	}
	code := r.Current(s)
	return code, r.known[s] && code != ""
}

// shared returns the province two regions are in, or nothing.
func shared(a, b Region) Region {
	if len(a.Code) >= 2 && len(b.Code) >= 2 && a.Code[:2] == b.Code[:2] {
		return Region{Code: a.Code[:2]}
	}
	return Region{}
}

// piece reads text without list marks; whole reports that it held nothing but
// the name of the region.
func (r *Regions) piece(s string) (found Region, whole, ok bool) {
	words := strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ()[]:", c) })
	for len(words) > 1 && slices.Contains(regionLead, words[0]) {
		words = words[1:]
	}
	if len(words) == 0 {
		return Region{}, false, false
	}
	if scope, ok := scopeOf(words[0]); ok {
		return Region{Scope: scope}, true, true
	}
	for i, word := range words {
		if code, rest, ok := r.province(word, words[i+1:]); ok {
			district, used := r.district(code, rest)
			whole = i == 0 && used == len(rest)
			if district != "" {
				code = r.ward(district, rest)
			}
			return Region{Code: code}, whole, true
		}
	}
	code, used := r.alone(words)
	return Region{Code: r.ward(code, words)}, used == len(words), code != ""
}

// ward returns the first ward of a city that one of the words names ("경기
// 성남시 경기도 성남시 분당구"), or the code as it is.
func (r *Regions) ward(code string, words []string) string {
	if wards := r.wards[code]; wards != nil {
		for _, w := range words {
			if ward := wards[w]; ward != "" {
				return ward
			}
		}
	}
	return code
}

func scopeOf(word string) (Scope, bool) {
	stem := trimTail(word)
	switch {
	case slices.Contains(regionNation, word) || slices.Contains(regionNation, stem):
		return Nationwide, true
	case containsAny(word, regionHome):
		return Remote, true
	case slices.Contains(regionAbroad, word) || slices.Contains(regionAbroad, stem):
		return Overseas, true
	}
	return Placed, false
}

// trimTail removes an ending such as 전체 from a region's name.
func trimTail(word string) string {
	for _, end := range regionTail {
		if stem, ok := strings.CutSuffix(word, end); ok && stem != "" {
			return stem
		}
	}
	return word
}

// province reads a word that is or begins with a province; rest is what is
// left to name the district.
func (r *Regions) province(word string, after []string) (code string, rest []string, ok bool) {
	name := strings.ToLower(trimTail(word))
	if code, ok = r.provinces[name]; ok {
		return code, after, true
	}
	if name == "광주시" && len(after) > 0 { // the metropolis, when one of its districts follows
		code = r.provinces["광주"]
		district, _ := r.district(code, after)
		return code, after, code != "" && district != ""
	}
	for _, name := range r.names {
		left, found := strings.CutPrefix(word, name)
		if !found || left == "" {
			continue
		}
		rest = append([]string{left}, after...)
		if district, _ := r.district(r.provinces[name], rest); district != "" {
			return r.provinces[name], rest, true
		}
	}
	return "", nil, false
}

// district finds the district the words begin with, within a province.
func (r *Regions) district(province string, words []string) (code string, used int) {
	if n := tails(words); n > 0 || len(words) == 0 {
		return "", n
	}
	in := r.districts[province]
	if code, used = exact(in, words); code != "" {
		return code, used + tails(words[used:])
	}
	joined := words[0]
	if len(words) > 1 {
		joined += words[1]
	}
	if code = longestPrefix(in, joined, r.longest, 2); code != "" {
		return code, 0
	}
	for _, end := range []string{"시", "군", "구"} { // 경기 수원
		if code = in[trimTail(words[0])+end]; code != "" && utf8.RuneCountInString(words[0]) >= 2 {
			return code, 1 + tails(words[1:])
		}
	}
	return "", 0
}

// exact finds one or two words as the name of a district.
func exact(in map[string]string, words []string) (code string, used int) {
	if len(words) > 1 {
		if code = in[words[0]+trimTail(words[1])]; code != "" {
			return code, 2
		}
	}
	for _, name := range []string{words[0], trimTail(words[0]), strings.ToLower(words[0])} {
		if code = in[name]; code != "" {
			return code, 1
		}
	}
	return "", 0
}

// tails counts the words that say "and elsewhere".
func tails(words []string) (n int) {
	for n < len(words) && (slices.Contains(regionTail, words[n]) || strings.HasPrefix(words[n], "외")) {
		n++
	}
	return n
}

// longestPrefix finds the longest district name that s begins with.
func longestPrefix(in map[string]string, s string, longest, least int) string {
	end, runes := 0, 0
	var ends [32]int
	for end < len(s) && runes < longest && runes < len(ends)-1 {
		_, n := utf8.DecodeRuneInString(s[end:])
		end += n
		runes++
		ends[runes] = end
	}
	for ; runes >= least; runes-- {
		if code := in[s[:ends[runes]]]; code != "" {
			return code
		}
	}
	return ""
}

// alone finds a district named without its province, if only one has it.
func (r *Regions) alone(words []string) (code string, used int) {
	if len(words) > 1 {
		if code = r.anywhere[words[0]+trimTail(words[1])]; code != "" {
			return code, 2 + tails(words[2:])
		}
	}
	name := trimTail(words[0])
	if name == "광주시" {
		return "", 0
	}
	if code = r.anywhere[name]; code != "" {
		return code, 1 + tails(words[1:])
	}
	if code = r.anywhere[strings.ToLower(name)]; code != "" {
		return code, 1
	}
	if city := r.anywhere[name+"시"]; city != "" && len(words) > 1 { // "수원 영통구"
		if ward := r.ward(city, words[1:2]); ward != city {
			return ward, 2 + tails(words[2:])
		}
	}
	if 1+tails(words[1:]) == len(words) && utf8.RuneCountInString(name) >= 2 { // "수원", "성남 외"
		city, county := r.anywhere[name+"시"], r.anywhere[name+"군"]
		if city == "" || county == "" {
			return city + county, len(words)
		}
	}
	return "", 0
}
