package defs

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ieum"
)

// message is one text and where it stands.
type message struct {
	text string
	file string
	line int
}

var (
	messageKey = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
	place      = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9_]*)(?::[^}]*)?\}`) // a colon stands before what follows the value, see web.Site.Text
)

// messages reads messages/<language>.yaml of every layer. Nested keys are
// joined with dots.
func (l *loader) messages(name string, f layered) {
	lang := ieum.Lang(strings.TrimSuffix(path.Base(name), ".yaml"))
	if l.said == nil {
		l.said = map[ieum.Lang]map[string]message{}
	}
	all := map[string]message{}
	for _, layer := range append(slices.Clone(f.below), f) {
		d := newDoc(layer, &l.faults)
		if d.root == nil {
			l.broken["messages/"+string(lang)] = true
			continue
		}
		d.readMessages(d.root, "", all)
	}
	l.said[lang] = all
	texts := make(map[string]string, len(all))
	for k, m := range all {
		texts[k] = m.text
	}
	l.set.Messages[lang] = texts
}

func (d *doc) readMessages(n *yaml.Node, prefix string, into map[string]message) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, "%s must be keys with texts", cmp.Or(prefix, "the file"))
		return
	}
	d.eachKey(n, func(key string, k, c *yaml.Node) {
		key = join(prefix, key)
		switch {
		case !messageKey.MatchString(key):
			d.fault(k, "the key %q may hold letters, digits, - and _, with dots between", key)
		case c.Kind == yaml.MappingNode:
			d.readMessages(c, key, into)
		case c.Kind != yaml.ScalarNode || c.Value == "":
			d.fault(c, "%s needs a text", key)
		default:
			into[key] = message{c.Value, d.file, c.Line}
		}
	})
}

// checkMessages faults a key that another language lacks, and a text whose
// {places} differ from those of the Korean one.
func (l *loader) checkMessages() {
	ko := l.said["ko"]
	if ko == nil {
		if len(l.said) > 0 {
			l.faults.add("messages", 0, "there is no ko.yaml: every message has a Korean text")
		}
		return
	}
	for lang, texts := range l.said {
		if lang == "ko" || l.broken["messages/ko"] || l.broken["messages/"+string(lang)] {
			continue
		}
		for key, m := range ko {
			o, ok := texts[key]
			if !ok {
				l.faults.add(m.file, m.line, "message %s has no text in %s.yaml", key, lang)
				continue
			}
			if a, b := places(m.text), places(o.text); !slices.Equal(a, b) {
				l.faults.add(o.file, o.line, "message %s has the places %v, but in Korean %v", key, b, a)
			}
		}
		for key, m := range texts {
			if _, ok := ko[key]; !ok {
				l.faults.add(m.file, m.line, "message %s has no text in ko.yaml", key)
			}
		}
	}
}

// places returns the names in {braces} of a text, sorted, each once.
func places(text string) []string {
	var names []string
	for _, m := range place.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}
