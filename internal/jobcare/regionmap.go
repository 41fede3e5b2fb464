package jobcare

import "ieum"

// A tile is a province on the page's map: squares about where the provinces lie, of one size,
// since it is not their area that counts.
type tile struct {
	Code  string
	Name  ieum.Text
	X, Y  int    // of the square's corner
	Value Figure // openings per seeker
	Shade int    // 0 (far fewer per seeker than in all provinces, or not known) to 4 (far more)
}

// tiles are where the provinces stand: column and row.
var tiles = []tile{
	{Code: "28", Name: ieum.Text{KO: "인천", EN: "Incheon"}}, {Code: "11", Name: ieum.Text{KO: "서울", EN: "Seoul"}, X: 1}, {Code: "41", Name: ieum.Text{KO: "경기", EN: "Gyeonggi"}, X: 2}, {Code: "51", Name: ieum.Text{KO: "강원", EN: "Gangwon"}, X: 3},
	{Code: "44", Name: ieum.Text{KO: "충남", EN: "Chungnam"}, Y: 1}, {Code: "36", Name: ieum.Text{KO: "세종", EN: "Sejong"}, X: 1, Y: 1}, {Code: "43", Name: ieum.Text{KO: "충북", EN: "Chungbuk"}, X: 2, Y: 1}, {Code: "47", Name: ieum.Text{KO: "경북", EN: "Gyeongbuk"}, X: 3, Y: 1},
	{Code: "52", Name: ieum.Text{KO: "전북", EN: "Jeonbuk"}, Y: 2}, {Code: "30", Name: ieum.Text{KO: "대전", EN: "Daejeon"}, X: 1, Y: 2}, {Code: "27", Name: ieum.Text{KO: "대구", EN: "Daegu"}, X: 2, Y: 2}, {Code: "31", Name: ieum.Text{KO: "울산", EN: "Ulsan"}, X: 3, Y: 2},
	{Code: "46", Name: ieum.Text{KO: "전남", EN: "Jeonnam"}, Y: 3}, {Code: "29", Name: ieum.Text{KO: "광주", EN: "Gwangju"}, X: 1, Y: 3}, {Code: "48", Name: ieum.Text{KO: "경남", EN: "Gyeongnam"}, X: 2, Y: 3}, {Code: "26", Name: ieum.Text{KO: "부산", EN: "Busan"}, X: 3, Y: 3},
	{Code: "50", Name: ieum.Text{KO: "제주", EN: "Jeju"}, Y: 4},
}

// tileSize is the side of a square and the gap beside it.
const tileSize = 66

// shades are from how many times the openings per seeker of all provinces on a square is darker.
var shades = [...]float64{.5, .8, 1.25, 2}

// mapOf returns the provinces of a report as a map, beside the figure of all of them; nil
// where that is not known, or is 0.
func mapOf(rows []Place, all Figure) (of []tile) {
	if all.Float() == 0 {
		return nil
	}
	for _, t := range tiles {
		t.X, t.Y = t.X*tileSize, t.Y*tileSize
		for _, p := range rows {
			if p.Code == t.Code {
				t.Value = p.Tightness
			}
		}
		for _, from := range shades {
			if t.Value.Float() >= from*all.Float() {
				t.Shade++
			}
		}
		of = append(of, t)
	}
	return of
}

// Middle, Upper and Lower are where the two lines of a square stand.
func (t tile) Middle() int { return t.X + (tileSize-6)/2 }
func (t tile) Upper() int  { return t.Y + 26 }
func (t tile) Lower() int  { return t.Y + 46 }
