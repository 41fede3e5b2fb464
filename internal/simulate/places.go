package simulate

import (
	"strings"

	"ieum"
	"ieum/defs"
)

// A region is a pattern of where work is: where offices, plants or farms are.
type region byte

const (
	anywhere region = iota
	offices
	plants
	farms
	regions
)

// whereWorked says in which pattern an occupation's jobs lie.
func whereWorked(code string) region {
	switch code[:2] {
	case "90":
		return farms
	case "02", "03", "11", "12", "13", "22", "41":
		return offices
	case "15", "81", "82", "83", "85", "86", "87", "88", "89":
		return plants
	}
	return anywhere
}

// A province is a first-level region. People is the registered population at
// the end of 2024 in ten thousands (Ministry of the Interior and Safety,
// resident registration statistics; rounded). The multipliers for offices and
// plants are made up.
type province struct {
	code, short    string
	people         float64
	office, plants float64
	area           int // provinces of one area are commuted between
}

var provinces = []province{
	{"11", "서울", 933, 1.9, 0.45, 1}, {"26", "부산", 327, 0.8, 0.9, 2}, {"27", "대구", 236, 0.8, 1.0, 3},
	{"28", "인천", 302, 0.7, 1.2, 1}, {"29", "광주", 141, 0.8, 0.9, 4}, {"30", "대전", 144, 1.0, 0.8, 5},
	{"31", "울산", 110, 0.7, 1.8, 2}, {"36", "세종", 39, 1.2, 0.8, 5}, {"41", "경기", 1369, 1.1, 1.3, 1},
	{"51", "강원", 152, 0.5, 0.5, 6}, {"43", "충북", 159, 0.6, 1.4, 5}, {"44", "충남", 214, 0.6, 1.4, 5},
	{"52", "전북", 174, 0.6, 0.9, 7}, {"46", "전남", 179, 0.5, 0.9, 4}, {"47", "경북", 253, 0.5, 1.4, 3},
	{"48", "경남", 323, 0.6, 1.5, 2}, {"50", "제주", 67, 0.7, 0.3, 8},
}

// A place is a district.
type place struct {
	code, name, full string // "경기 성남시 분당구", "경기도 성남시 분당구"
	province         int
}

// places are the districts and how often each is drawn.
type places struct {
	list       []place
	draw       [regions]choice
	office     [regions]float64 // mean of the provinces' office, by where people are drawn
	inProvince []choice         // by province: among its places
	provinceAt [][]int
	inArea     map[int]choice
	areaAt     map[int][]int
}

// weight is the share of people in a district relative to its province's other
// districts, by its sort alone: made up.
func weight(name string) float64 {
	switch {
	case strings.HasSuffix(name, "군"):
		return 0.2
	case strings.HasSuffix(name, "시"):
		return 0.9
	}
	return 1
}

func readPlaces(set *defs.Set) (places, error) {
	list, ok := set.Codes["regions"]
	if !ok {
		return places{}, ieum.Errorf(ieum.ErrInvalid, "the definitions have no code list regions")
	}
	p := places{inArea: map[int]choice{}, areaAt: map[int][]int{}}
	var weights [regions][]float64
	for i, pr := range provinces {
		districts := districtsOf(list, pr.code)
		if len(districts) == 0 {
			return places{}, ieum.Errorf(ieum.ErrInvalid, "the code list regions has no districts of %s (%s)", pr.code, pr.short)
		}
		p.add(i, districts, &weights)
	}
	p.index(weights[anywhere])
	for r := range p.draw {
		p.draw[r] = newChoice(weights[r])
		var sum, office float64
		for i, w := range weights[r] {
			sum += w
			office += w * provinces[p.list[i].province].office
		}
		p.office[r] = office / sum
	}
	return p, nil
}

// add takes in the districts of a province with how often each is drawn.
func (p *places) add(at int, districts []place, weights *[regions][]float64) {
	pr := provinces[at]
	var sum float64
	for _, d := range districts {
		sum += weight(d.name)
	}
	var within []float64
	for _, d := range districts {
		w := pr.people * weight(d.name) / sum
		within = append(within, w)
		farm := 1.0
		switch {
		case strings.HasSuffix(d.name, "군"):
			farm = 8
		case strings.HasSuffix(d.name, "구"):
			farm = 0.05
		}
		for r, k := range [regions]float64{1, pr.office, pr.plants, farm} {
			weights[r] = append(weights[r], w*k)
		}
		d.province = at
		d.name = pr.short + " " + d.name
		p.areaAt[pr.area] = append(p.areaAt[pr.area], len(p.list))
		p.list = append(p.list, d)
	}
	p.inProvince = append(p.inProvince, newChoice(within))
}

// index fills the lists by province and area.
func (p *places) index(people []float64) {
	p.provinceAt = make([][]int, len(provinces))
	for i, d := range p.list {
		p.provinceAt[d.province] = append(p.provinceAt[d.province], i)
	}
	for area, at := range p.areaAt {
		w := make([]float64, len(at))
		for i, d := range at {
			w[i] = people[d]
		}
		p.inArea[area] = newChoice(w)
	}
}

// districtsOf returns the lowest districts of a province in force; its name is
// that below the province.
func districtsOf(list *defs.CodeList, province string) (out []place) {
	for _, c := range list.Codes {
		if len(c.Code) != 5 || c.Code[:2] != province || c.Until != 0 || len(list.Children(c.Code)) > 0 {
			continue
		}
		full := list.Path(c.Code, "ko")
		_, below, ok := strings.Cut(full, " ")
		if !ok {
			below, full = c.Name.KO, list.Name(province, "ko")+" "+c.Name.KO
		}
		out = append(out, place{code: c.Code, name: below, full: full})
	}
	// A city whose wards are listed beside it is not drawn itself.
	var lowest []place
	for _, d := range out {
		whole := true
		for _, e := range out {
			if strings.HasPrefix(e.name, d.name+" ") {
				whole = false
			}
		}
		if whole {
			lowest = append(lowest, d)
		}
	}
	return lowest
}

// commute draws where somebody who lives in (or a firm that sits in) a place
// works: there, in the province, in the area, or anywhere.
func (p *places) commute(r *rng, home int) int {
	pr := p.list[home].province
	switch x := r.float(); {
	case x < 0.55:
		return home
	case x < 0.83:
		return p.provinceAt[pr][p.inProvince[pr].draw(r)]
	case x < 0.95:
		area := provinces[pr].area
		c := p.inArea[area]
		return p.areaAt[area][c.draw(r)]
	}
	return p.draw[anywhere].draw(r)
}
