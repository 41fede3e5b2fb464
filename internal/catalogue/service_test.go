package catalogue

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// madePolicy is a policy of one source that another has under the same number.
const madePolicy = `{"policies": [{"id": "BK-WLF90000001", "name": "가상 급식", "org": "가상부", "summary": "밥", "apply_start": "", "apply_end": "상시",
 "category": "복지", "amount_max": null, "amount_label": "", "url": "https://policy.example/9", "special_req": "", "keywords": [],
 "eligibility": {"age_min": 0, "age_max": 200, "regions": ["전국"], "income_max_pct": null, "status": [], "housing": []}}]}`

// The page and the API of a row of a service show every source's row of it.
func TestARecordShowsAllSourcesOfItsService(t *testing.T) {
	b := builtIn(t)
	b.ingest("bokjiro", filepath.Join(root(t), "defs", "testdata", "bokjiro"))
	b.ingest("youth-policies", b.file("ace0910_9.json", madePolicy))
	s := b.serve()
	const page, other = "/records/bokjiro/welfare-service/WLF90000001", "/records/youth-policies/policy/BK-WLF90000001"
	if status, body := get(t, s.URL+page, "ko"); status != 200 || strings.Contains(body, other) {
		t.Errorf("before a build the page says %d and of a service", status)
	}
	if _, err := b.Build(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{page, other} {
		status, body := get(t, s.URL+path, "ko")
		for _, want := range []string{page, other, "같은 서비스를 말하는 행", "ieum merges --kind service"} {
			if status != 200 || !strings.Contains(body, want) {
				t.Errorf("%s gives %d and does not say %q", path, status, want)
			}
		}
	}
	_, body := get(t, s.URL+"/api/v1"+page, "en")
	var record Record
	if err := json.Unmarshal([]byte(body), &record); err != nil || len(record.Service) < 2 {
		t.Fatalf("the API says %s, %v", body, err)
	}
	for _, row := range record.Service {
		if row.Source == "youth-policies" && (row.Key != "BK-WLF90000001" || row.Delivery != 2 || len(row.ID) != 16) {
			t.Errorf("the other source's row is %+v", row)
		}
	}
	if _, body := get(t, s.URL+"/records/bokjiro/welfare-service/"+url.PathEscape("가상 수당"), "ko"); !strings.Contains(body, "월 10만원") || strings.Contains(body, "같은 서비스를 말하는 행") {
		t.Error("a service of one row is said to have several")
	}
}
