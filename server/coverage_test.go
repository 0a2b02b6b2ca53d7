package server

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

// still is a server that listens nowhere, its doors, and the token of an administrator.
func still(t *testing.T, kinds ...model.Kind) (s *Server, doors http.Handler, admin string) {
	t.Helper()
	s, err := New(t.Context(), Config{Data: t.TempDir(), Listen: "127.0.0.1:0", Version: "1.2.3", Log: slog.New(slog.DiscardHandler), Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	link, err := s.access.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.access.Redeem(t.Context(), link, "ada", "correct horse battery", "")
	if err != nil {
		t.Fatal(err)
	}
	return s, s.handler(), in.Access.Text
}

func ask(doors http.Handler, token, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	doors.ServeHTTP(w, r)
	return w
}

func TestEveryPublishedOperationAnswersAsThePageSays(t *testing.T) {
	page, err := os.ReadFile("../docs/api-coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	_, doors, admin := still(t)
	rows := regexp.MustCompile("(?m)^\\| (\\*\\*yes\\*\\*|not yet) \\| (\\w+) \\| `([^`]+)` \\|").FindAllStringSubmatch(string(page), -1)
	if len(rows) < 300 {
		t.Fatalf("the page has only %d operations", len(rows))
	}
	param := regexp.MustCompile(`\{[^}]*\}`)
	for _, row := range rows {
		served, method, path := row[1] == "**yes**", row[2], row[3]
		w := ask(doors, admin, method, param.ReplaceAllString(path, "nothing"), "{}")
		switch {
		case served && (w.Code >= 500 || w.Code == http.StatusMethodNotAllowed):
			t.Errorf("%s %s is listed as served, and answers %d: %s", method, path, w.Code, w.Body)
		case !served && w.Code != http.StatusNotImplemented:
			t.Errorf("%s %s is listed as not served, and answers %d", method, path, w.Code)
		}
		if w.Code >= http.StatusBadRequest {
			shaped(t, method+" "+path, w)
		}
	}
}

// shaped holds an error to the published shape of its plane.
func shaped(t *testing.T, what string, w *httptest.ResponseRecorder) {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Errorf("%s: the error is not JSON: %s", what, w.Body)
		return
	}
	if w.Header().Get("x-ms-error-code") == "" || w.Header().Get("x-ms-request-id") == "" {
		t.Errorf("%s: headers are missing: %v", what, w.Header())
	}
	want := []string{"code", "details", "message", "target"}
	if strings.Contains(what, " /catalog/") || strings.Contains(what, " /datamap/") {
		want = []string{"errorCode", "errorMessage", "requestId"}
	} else {
		body, _ = body["error"].(map[string]any)
	}
	var got []string
	for name := range body {
		got = append(got, name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: the error has %v, want %v", what, got, want)
	}
}
