package competency

import (
	"slices"
	"strings"

	"ieum/internal/catalogue/competency/esco"
)

// Phrases are what competencies are called in English sentences: names, found by the
// stems of their words in order, and things to do, found by a verb and its object.
// They come from the column "en" and the column "english", where
//
//	data entry|to type/enter data/record
//
// is a name, and any of the verbs before any of the objects, at most doneApart
// words earlier in the same sentence; or the object before the verb at once (data
// typing). Of a name that ends in an activity, such as mathematics teaching, the
// thing to do (to teach mathematics) follows.
type phrases struct {
	stems   map[string]int32
	names   stemTrie // → phrase
	objects stemTrie // → number of the object
	means   map[uint64][]int32
	roles   []uint8         // of stems
	verbs   map[string]bool // as they are listed: to answer is nobody
	all     []phrase
}

type phrase struct {
	thing int32
	words int
	kind  phraseKind
	agent bool   // its last word may be who does it: truck driver, but no product manager
	only  string // of one word that is no verb: it and its plural, not what has its stem (actor is not to act)
}

type phraseKind uint8

const (
	plainPhrase phraseKind = iota
	general                // one word that has other meanings: it needs words of work about it
	tongue                 // the name of a language, which is also that of a people: it needs words of speech
)

// doneApart is how many words an object may stand behind its verb.
const doneApart = 4

// contextReach is how many words from a general word those that say how it is meant may stand.
const contextReach = 4

// A stemTrie finds rows of stems.
type stemTrie struct {
	next map[uint64]int32
	ends map[int32][]int32
}

func (t *stemTrie) add(stems []int32, what int32) {
	if t.next == nil {
		t.next, t.ends = map[uint64]int32{}, map[int32][]int32{}
	}
	state := int32(0)
	for _, s := range stems {
		k := uint64(state)<<32 | uint64(s)
		next, ok := t.next[k]
		if !ok {
			next = int32(len(t.next) + 1)
			t.next[k] = next
		}
		state = next
	}
	if !slices.Contains(t.ends[state], what) {
		t.ends[state] = append(t.ends[state], what)
	}
}

// generalWords are names of one word that mostly mean something else.
var generalWords = set("corrections illustration writing reporting interpreting acting presenting dispatching mining bending forging spinning crafts labelling grinding milling " +
	"sampling sales design marketing accounting cleaning cooking driving translation research advertising packing fishing compliance procurement reception patrolling " +
	"audit auditing massage negotiation recycling planning logistics security nursing fundraising counselling tutoring volunteering singing curating logging purchasing")

// Roles of words around a name.
const (
	aVerb    = 1 << iota // of something to do
	ofWork               // says of a general word near it that somebody does it
	ofSpeech             // says of the name of a language near it that somebody speaks it
	denies
	wishes
	joins
)

var roles = map[uint8]string{
	ofWork:   "experience skill trained year job work knowledge good do did doing certified qualified qualification expert proficient department assistant manager specialist officer background professional diploma degree",
	ofSpeech: "fluent fluency speak spoken write read native proficient proficiency conversational bilingual language understand communicate command intermediate advanced basic business translate interpret learn skill level ability teach tutor",
	denies:   "not t cannot never no without unable cant dont lack",
	wishes:   "want wish hope interested",
	joins:    "and or",
}

// skipped are words between the words of a name that change nothing.
var skipped = set("the a an of my our your their his her its this that these those all any some various new")

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// verbOf are nouns of doing whose stem is not that of their verb.
var verbOf = map[string]string{"maintenance": "maintain", "assembly": "assemble", "production": "produce", "analysis": "analyse", "analyze": "analyse", "analyzing": "analyse", "analyzed": "analyse",
	"sales": "sell", "sold": "sell", "taught": "teach", "drove": "drive", "driven": "drive", "wrote": "write", "written": "write", "built": "build", "made": "make", "kept": "keep", "ran": "run",
	"grew": "grow", "grown": "grow", "swept": "sweep", "led": "lead", "held": "hold", "sewn": "sew", "took": "take", "spoke": "speak", "spoken": "speak", "bought": "buy", "fed": "feed", "care": "tend", "cares": "tend", "cared": "tend", "caring": "tend", "engineer": "engineering", "engineers": "engineering", "plane": "aircraft", "planes": "aircraft", "note": "write", "notes": "write", "drawn": "draw", "drew": "draw",
	"colour": "color", "colouring": "color", "labour": "labor", "centre": "center", "mould": "mold", "moulding": "mold", "moulds": "mold", "tyre": "tire", "tyres": "tire", "children": "child", "women": "woman", "men": "man", "people": "person", "elderly": "elder",
	"gave": "give", "given": "give", "began": "begin", "worn": "wear", "flew": "fly", "flown": "fly", "sang": "sing", "sung": "sing", "dealt": "deal", "raised": "raise", "ironed": "iron", "babysat": "babysit",
	"organisation": "organise", "organization": "organise", "delivery": "deliver", "laid": "lay", "dug": "dig", "shot": "shoot", "bred": "breed", "fitted": "fit"}

// stemOf returns the stem of a word in lower case, which it changes; forms of one word
// have one.
func stemOf(word []byte) []byte {
	if w, ok := verbOf[string(word)]; ok {
		word = append(word[:0], w...)
	}
	word = esco.Stem(word)
	if n := len(word); n > 4 && word[n-1] == 'l' && word[n-2] == 'l' {
		word = word[:n-1] // modelling and modeling
	}
	return word
}

func (p *phrases) stem(word string) int32 {
	s := string(stemOf([]byte(word)))
	id, ok := p.stems[s]
	if !ok {
		id = int32(len(p.stems))
		p.stems[s], p.roles = id, append(p.roles, 0)
	}
	return id
}

// row returns the stems of a name's words that count.
func (p *phrases) row(name string) (out []int32) {
	for _, w := range englishWords(name) {
		if !skipped[w] {
			out = append(out, p.stem(w))
		}
	}
	return out
}

// englishWords returns the words of Latin letters and digits of a name, in lower case;
// nil when it has others.
func englishWords(name string) []string {
	name, _, _ = strings.Cut(name, " (")
	for _, r := range name {
		if r > 'z' || strings.ContainsRune("+#.", r) {
			return nil
		}
	}
	return strings.FieldsFunc(strings.ReplaceAll(strings.ToLower(name), "&", " and "), func(r rune) bool { return !isLatin(r) })
}

// notDone are ends of names that look like something done to what stands before.
var notDone = set("learning marketing engineering consulting accounting banking counselling modelling working spinning turning milling drawing writing programming publishing training forwarding processing planning building casting drafting blasting riding purchasing visioning housing")

// done are nouns at the end of names that are something done to what stands before.
var done = set("management operation maintenance repair inspection installation assembly production analysis planning preparation design delivery inspection training organisation")

// addName takes in a name of a thing, and what it says is done.
func (p *phrases) addName(name string, thing int, isTongue bool) {
	words := englishWords(name)
	if len(words) == 0 {
		return
	}
	kind := plainPhrase
	if isTongue {
		kind = tongue
	} else if len(words) == 1 && generalWords[words[0]] {
		kind = general
	}
	only := ""
	if len(words) == 1 {
		only = words[0]
	}
	p.names.add(p.row(name), int32(len(p.all)))
	p.all = append(p.all, phrase{int32(thing), len(words), kind, isAgent(words[len(words)-1]), only})
	last := words[len(words)-1]
	if len(words) > 1 && !slices.Contains(words, "and") && (done[last] || strings.HasSuffix(last, "ing") && !notDone[last]) {
		p.addDone([]string{last}, []string{strings.Join(words[:len(words)-1], " ")}, false, thing)
	}
}

// addDone takes in what is done: any of the verbs to any of the objects. With agent the
// name of who does it, such as truck driver, is a name too.
func (p *phrases) addDone(verbs, objects []string, agent bool, thing int) {
	for _, object := range objects {
		row := p.row(object)
		if len(row) == 0 {
			continue
		}
		id := p.objectID(row)
		for _, verb := range verbs {
			v := p.stem(verb)
			p.roles[v] |= aVerb
			p.verbs[verb] = true
			k := pair(int(id), int(v))
			if !slices.Contains(p.means[k], int32(thing)) {
				p.means[k] = append(p.means[k], int32(thing))
			}
			p.names.add(append(slices.Clone(row), v), int32(len(p.all)))
			p.all = append(p.all, phrase{int32(thing), len(row) + 1, plainPhrase, agent, ""})
		}
	}
}

func (p *phrases) objectID(row []int32) int32 {
	state := int32(0)
	for _, s := range row {
		next, ok := p.objects.next[uint64(state)<<32|uint64(s)]
		if !ok {
			state = -1
			break
		}
		state = next
	}
	if state > 0 && len(p.objects.ends[state]) > 0 {
		return p.objects.ends[state][0]
	}
	id := int32(len(p.objects.ends))
	p.objects.add(row, id)
	return id
}

// add takes in an entry of the column "english".
func (p *phrases) add(entry string, thing int) {
	act, ok := strings.CutPrefix(entry, "to ")
	if !ok {
		p.addName(entry, thing, false)
		return
	}
	verbs, objects, ok := strings.Cut(act, " ")
	if !ok { // a verb that needs no object
		for verb := range strings.SplitSeq(verbs, "/") {
			p.names.add([]int32{p.stem(verb)}, int32(len(p.all)))
			p.all = append(p.all, phrase{int32(thing), 1, plainPhrase, true, ""})
		}
		return
	}
	p.addDone(strings.Split(verbs, "/"), strings.Split(objects, "/"), true, thing)
}

func newPhrases() *phrases {
	p := &phrases{stems: map[string]int32{}, verbs: map[string]bool{}, means: map[uint64][]int32{}}
	for role, words := range roles {
		for w := range strings.FieldsSeq(words) {
			p.roles[p.stem(w)] |= role
		}
	}
	return p
}
