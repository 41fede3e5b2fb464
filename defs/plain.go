package defs

import (
	"html"
	"regexp"
	"strings"
	"unicode"
)

var (
	breakTag = regexp.MustCompile(`(?i)<\s*(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>`)
	// Only HTML's own, so that List<String> stays.
	anyTag  = regexp.MustCompile(`(?i)</?(?:a|abbr|b|blockquote|br|center|code|del|div|em|figure|figcaption|font|h[1-6]|hr|i|iframe|img|ins|label|li|o:p|ol|p|pre|s|section|small|span|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul|video)(?:\s[^<>]*|/)?>`)
	heading = regexp.MustCompile(`(?m)^[ \t]*#{1,6}(?:[ \t]+|$)`)
	mark    = regexp.MustCompile(`\*\*|__`)
	escaped = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
	linked  = regexp.MustCompile(`!?\[([^\[\]\n]*)\]\((https?://[^()\s]*)\)`)
	blank   = regexp.MustCompile(`\n{3,}`)
)

// plainText takes the markup of HTML and Markdown out of a text and leaves what
// people read: lines, list signs and the addresses of links.
func plainText(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = anyTag.ReplaceAllString(breakTag.ReplaceAllString(s, "\n"), "")
	s = heading.ReplaceAllString(s, "")
	s = mark.ReplaceAllString(s, "")
	s = linked.ReplaceAllStringFunc(s, func(l string) string {
		m := linked.FindStringSubmatch(l)
		if m[1] == "" || m[1] == m[2] {
			return m[2]
		}
		return m[1] + " " + m[2]
	})
	s = html.UnescapeString(escaped.ReplaceAllString(s, "$1"))
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimFunc(l, unicode.IsSpace)
	}
	return strings.Trim(blank.ReplaceAllString(strings.Join(lines, "\n"), "\n\n"), "\n")
}
