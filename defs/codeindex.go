package defs

import "slices"

// codes reads one list: its head and, when there is one, the table beside it.
func (l *loader) codes(head, table layered, hasTable bool) {
	list := new(CodeList)
	d := l.parse(head, list)
	if d.root == nil {
		return
	}
	d.checkID(list.ID)
	for _, f := range []struct{ name, value string }{{"version", list.Version}, {"source", list.Source}} {
		if f.value == "" {
			d.fault(d.at(f.name), "a code list names its %s", f.name)
		}
	}
	d.checkText(list.Title, "title")
	where := func(i int) (string, int) {
		return d.file, d.at("codes", i).Line
	}
	if hasTable {
		if len(list.Codes) > 0 {
			d.fault(d.at("codes"), "the codes are given here and in %s; keep one", table.name)
		}
		var lines []int
		list.Codes, lines = readTable(table, &l.faults)
		where = func(i int) (string, int) { return table.name, lines[i] }
	}
	if len(list.Codes) == 0 {
		d.fault(d.root, "a code list has codes, here or in a .csv file of the same name beside it")
	}
	list.index(func(i int, format string, args ...any) {
		file, line := where(i)
		l.faults.add(file, line, format, args...)
	})
	l.set.Codes[list.ID] = list
	l.lists = append(l.lists, coded{list, where})
}

// coded is a list with where its codes stand.
type coded struct {
	list  *CodeList
	where func(i int) (file string, line int)
}

// addLists adds the codes of lists that say so to the lists they name.
func (l *loader) addLists() {
	for _, c := range l.lists {
		if c.list.Adds == "" {
			continue
		}
		at := slices.IndexFunc(l.lists, func(o coded) bool { return o.list.ID == c.list.Adds && o.list.Adds == "" })
		if at < 0 {
			file, _ := c.where(0)
			l.faults.add(file, 0, "adds names the list %s, which is not there or adds to another itself", c.list.Adds)
			continue
		}
		to := &l.lists[at]
		n, first := len(to.list.Codes), to.where
		to.where = func(i int) (string, int) {
			if i < n {
				return first(i)
			}
			return c.where(i - n)
		}
		to.list.Codes = append(to.list.Codes, c.list.Codes...)
		to.list.index(func(i int, format string, args ...any) {
			file, line := to.where(i)
			l.faults.add(file, line, format, args...)
		})
	}
}

// linkLists ties lists to those that replaced them.
func (l *loader) linkLists() {
	for _, c := range l.lists {
		if c.list.Into == "" {
			continue
		}
		into := l.set.Codes[c.list.Into]
		for i := range c.list.Codes {
			s := c.list.Codes[i].Successor
			if into == nil {
				file, _ := c.where(i)
				l.faults.add(file, 0, "into names the list %s, which is not there", c.list.Into)
				break
			}
			if _, ok := into.Find(s); s != "" && !ok {
				file, line := c.where(i)
				l.faults.add(file, line, "code %s became %s, which is not in list %s", c.list.Codes[i].Code, s, into.ID)
			}
		}
		c.list.into = into
	}
}

// A complain adds a fault to the code at place i.
type complain func(i int, format string, args ...any)

// index checks the list and prepares its lookups.
func (l *CodeList) index(fault complain) {
	for i, t := range l.Tails {
		l.Tails[i] = fold(t)
	}
	l.Tails = slices.DeleteFunc(l.Tails, func(t string) bool { return t == "" })
	slices.SortStableFunc(l.Tails, func(a, b string) int { return len(a) - len(b) })
	l.byCode = make(map[string]int, len(l.Codes))
	l.children = map[string][]int{}
	for i := range l.Codes {
		c := &l.Codes[i]
		if c.Code == "" || c.Name.KO == "" {
			fault(i, "a code needs a code and a name in ko")
			continue
		}
		if first, ok := l.byCode[c.Code]; ok {
			fault(i, "code %s is given twice (first: %s)", c.Code, l.Codes[first].Name.KO)
			continue
		}
		l.byCode[c.Code] = i
	}
	for i := range l.Codes {
		c := &l.Codes[i]
		l.checkParent(i, c, fault)
		l.children[c.Parent] = append(l.children[c.Parent], i)
		if c.Successor != "" && l.Into == "" {
			if _, ok := l.byCode[c.Successor]; !ok {
				fault(i, "code %s became %s, which is not listed", c.Code, c.Successor)
			}
			if c.Until == 0 {
				fault(i, "code %s has a successor but no day until which it held", c.Code)
			}
		}
	}
	l.breakCircles(fault)
	l.indexNames(fault)
}

// checkParent fills in the parent that a code's length gives it and faults one
// that is not listed.
func (l *CodeList) checkParent(i int, c *Code, fault complain) {
	if len(l.Levels) > 0 {
		at := slices.Index(l.Levels, len(c.Code))
		if at < 0 {
			fault(i, "code %s has %d characters, but the levels of the list have %v", c.Code, len(c.Code), l.Levels)
			return
		}
		if at > 0 && c.Parent == "" {
			c.Parent = c.Code[:l.Levels[at-1]]
		}
	}
	if c.Parent == "" {
		return
	}
	if _, ok := l.byCode[c.Parent]; !ok {
		fault(i, "code %s lies in %s, which is not listed", c.Code, c.Parent)
		c.Parent = ""
	}
}

// breakCircles faults codes that are their own ancestor or successor, and
// takes the link out, so that every walk ends.
func (l *CodeList) breakCircles(fault complain) {
	for i := range l.Codes {
		c := &l.Codes[i]
		seen := 0
		for p := c.Parent; p != "" && seen <= len(l.Codes); p = l.Parent(p) {
			seen++
		}
		if seen > len(l.Codes) {
			fault(i, "code %s lies within itself", c.Code)
			c.Parent = ""
		}
		if s, ok := l.Find(l.inList(c.Code)); ok && s.Successor != "" && l.Into == "" {
			fault(i, "code %s becomes itself again", c.Code)
			c.Successor = ""
		}
	}
}

// ambiguous marks a name that several codes bear.
const ambiguous = -1

// indexNames maps every name and alias to the code in force it stands for.
// Two codes may bear one official name, which then names none; an alias that
// names two is a fault.
func (l *CodeList) indexNames(fault complain) {
	l.byName = make(map[string]int, 2*len(l.Codes))
	alias := map[string]int{} // which code gave an alias
	for _, inForce := range []bool{true, false} {
		fresh := map[string]bool{} // names first borne in this round
		for i := range l.Codes {
			if (l.Codes[i].Until == 0) == inForce {
				l.bear(&l.Codes[i], fresh)
			}
		}
	}
	for i := range l.Codes {
		for _, n := range l.Codes[i].Aliases {
			key, to := fold(n), l.byCode[l.inList(l.Codes[i].Code)]
			if key == "" {
				fault(i, "code %s has an empty alias", l.Codes[i].Code)
				continue
			}
			have, taken := l.byName[key]
			if first, ok := alias[key]; ok && l.byCode[l.inList(l.Codes[first].Code)] != to {
				fault(i, "alias %q is that of %s and of %s", n, l.Codes[first].Code, l.Codes[i].Code)
			} else if !ok && taken && have != to {
				fault(i, "alias %q of %s is the name of another code", n, l.Codes[i].Code)
			}
			alias[key], l.byName[key] = i, to
		}
	}
	if l.Nested {
		l.indexPaths()
	}
}

// names returns a code's official names.
func (c *Code) names() []string {
	if c.Name.EN == "" || c.Name.EN == c.Name.KO {
		return []string{c.Name.KO}
	}
	return []string{c.Name.KO, c.Name.EN}
}

// bear notes the names of a code. Of codes that bear the same one, those in
// force, which come first, win over those abolished, and the deepest over
// those it lies in; otherwise the name is ambiguous.
func (l *CodeList) bear(c *Code, fresh map[string]bool) {
	to := l.byCode[l.inList(c.Code)]
	for _, name := range c.names() {
		key := fold(name)
		have, taken := l.byName[key]
		switch {
		case !taken:
			l.byName[key], fresh[key] = to, true
		case have == to || !fresh[key]:
		case have != ambiguous && l.Within(l.Codes[to].Code, l.Codes[have].Code):
			l.byName[key] = to
		case have != ambiguous && l.Within(l.Codes[have].Code, l.Codes[to].Code):
		default:
			l.byName[key] = ambiguous
		}
	}
}

// indexPaths adds the names of codes behind the names of all they lie in, and
// behind those of their top code alone.
func (l *CodeList) indexPaths() {
	paths := map[string]int{}
	for i := range l.Codes {
		c := &l.Codes[i]
		to := l.byCode[l.inList(c.Code)]
		for _, p := range l.paths(c) {
			key := fold(p)
			if have, ok := paths[key]; ok && have != to {
				paths[key] = ambiguous
				continue
			}
			paths[key] = to
		}
	}
	for key, to := range paths {
		if _, ok := l.byName[key]; !ok {
			l.byName[key] = to
		}
	}
}

// paths returns the ways to name a code behind what it lies in; its own names
// when that is nothing. The top may be left out, and so may what is between.
func (l *CodeList) paths(c *Code) []string {
	own := append(c.names()[:1:1], c.Aliases...)
	if c.Parent == "" {
		return own
	}
	parent := &l.Codes[l.byCode[c.Parent]]
	above := l.paths(parent)
	if parent.Parent != "" {
		above = append(append(above, parent.Name.KO), parent.Aliases...)
		above = append(above, l.paths(&l.Codes[l.byCode[parent.Parent]])...)
	}
	out := make([]string, 0, len(own)*len(above))
	for _, o := range own {
		for _, a := range above {
			out = append(out, a+" "+o)
		}
	}
	return out
}
