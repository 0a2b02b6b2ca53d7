package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// deepest is how many wrappings dig looks into: a packed batch in base64 in a packed file has three.
const deepest = 4

// dig tells how a word of small letters stands in a text, "" where it does not: as it is in any case, in hex, in base64
// from any place on, with JSON's escapes, and in whatever is packed or in base64 there.
func dig(text []byte, word string, depth int) (how string) {
	lower := bytes.ToLower(text)
	for form, found := range formsOf(word) {
		if i := bytes.Index(lower, []byte(found)); i >= 0 {
			return fmt.Sprintf("%s: …%q…", form, text[max(0, i-60):min(len(text), i+60)])
		}
	}
	if depth == deepest {
		return ""
	}
	within := func(what string, at int, inner []byte) {
		if len(inner) == 0 || how != "" {
			return
		}
		if found := dig(inner, word, depth+1); found != "" {
			how = fmt.Sprintf("%s at %d, %s", what, at, found)
		}
	}
	for _, p := range packings {
		for from := 0; how == ""; from++ {
			i := bytes.Index(text[from:], p.magic)
			if i < 0 {
				break
			}
			from += i
			within("packed with "+p.name, from, p.unpack(text[from:]))
		}
	}
	for _, at := range inBase64.FindAllIndex(text, -1) {
		run := strings.NewReplacer("-", "+", "_", "/").Replace(string(text[at[0]:at[1]]))
		inner, err := base64.RawStdEncoding.DecodeString(run[:len(run)/4*4])
		if err == nil {
			within("in base64", at[0], inner)
		}
	}
	for _, at := range escaped.FindAllIndex(text, -1) {
		var plain string
		if json.Unmarshal([]byte(`"`+string(text[at[0]:at[1]])+`"`), &plain) == nil {
			within("with escapes", at[0], []byte(plain))
		}
	}
	return how
}

// formsOf are the ways in which a word can stand among other bytes, in small letters.
func formsOf(word string) map[string]string {
	forms := map[string]string{"as it is": word, "in hex": hex.EncodeToString([]byte(word))}
	for shift := range 3 { // of the place within base64's groups of three
		code := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + word + "xxx"))
		forms[fmt.Sprintf("in base64, %d behind a group", shift)] = strings.ToLower(code[(shift*8+5)/6 : (shift+len(word))*8/6])
	}
	return forms
}

var (
	inBase64 = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}`)
	escaped  = regexp.MustCompile(`(?:[A-Za-z0-9 ./_-]*\\u00[0-9a-fA-F]{2})+[A-Za-z0-9 ./_-]*`)
	packings = []struct {
		name   string
		magic  []byte
		unpack func([]byte) []byte
	}{
		{"zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, func(frame []byte) []byte {
			r, err := zstd.NewReader(bytes.NewReader(frame), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
			if err != nil {
				return nil
			}
			defer r.Close()
			return beginning(r)
		}},
		{"gzip", []byte{0x1f, 0x8b, 8}, func(frame []byte) []byte {
			r, err := gzip.NewReader(bytes.NewReader(frame))
			if err != nil {
				return nil
			}
			return beginning(r)
		}},
	}
)

// beginning is what can be read, whatever follows.
func beginning(r io.Reader) []byte {
	var out bytes.Buffer
	_, _ = io.Copy(&out, io.LimitReader(r, 32<<20))
	return out.Bytes()
}

func TestDigFindsAWordHoweverItIsWrapped(t *testing.T) {
	packed := func(text string) string {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(w.EncodeAll([]byte(text), nil))
	}
	zipped := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return b.String()
	}
	coded := base64.StdEncoding.EncodeToString
	long := strings.Repeat("of a longer text ", 9)
	for name, text := range map[string]string{
		"plain": "a wayfarer", "upper": "WayFarer", "hex": "x" + hex.EncodeToString([]byte("wayfarer")), "escaped": `{"a":"way\u0066arer"}`,
		"all escaped": `\u0077\u0061\u0079\u0066\u0061\u0072\u0065\u0072`,
		"base64 0":    coded([]byte("a wayfarer")), "base64 1": coded([]byte("the wayfarer")), "base64 2": coded([]byte("see wayfarer")),
		"base64 for addresses": base64.RawURLEncoding.EncodeToString([]byte(long + "\xff\xfe wayfarer")),
		"packed":               "rubbish" + packed(long+"wayfarer") + "rubbish", "zipped": "rubbish" + zipped(long+"wayfarer"),
		"packed in base64":         `{"body":"` + coded([]byte(packed(long+"wayfarer"))) + `"}`,
		"packed in base64 in gzip": zipped(`{"body":"` + coded([]byte(packed(long+"wayfarer"))) + `"}`),
	} {
		if dig([]byte(text), "wayfarer", 0) == "" {
			t.Errorf("%s: not found in %q", name, text)
		}
		if how := dig([]byte(text), "pilgrim", 0); how != "" {
			t.Errorf("%s: another word is found %s", name, how)
		}
	}
}
