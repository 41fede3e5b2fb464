package door

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// TestAPaperIsShownAsWhatItIs: by the type it was found to have, whatever stands behind it,
// loading nothing; a picture is no page of this site.
func TestAPaperIsShownAsWhatItIs(t *testing.T) {
	for as, sandbox := range map[string]bool{"image/png": true, "image/jpeg": true, spoken: true, "application/pdf": false} {
		w := httptest.NewRecorder()
		if err := writePaper(w, &Paper{Type: as, Data: []byte("<script>alert(1)</script>")}); err != nil {
			t.Fatal(err)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if w.Header().Get("Content-Type") != as || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src") || strings.Contains(policy, "sandbox") != sandbox {
			t.Errorf("%s is shown with %v", as, w.Header())
		}
	}
}
