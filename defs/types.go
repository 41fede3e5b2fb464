package defs

import "ieum"

// A Kind is one kind of information (정보종): what its rows hold, who holds
// them, how sensitive each field is and how long a row is kept.
type Kind struct {
	ID       ieum.KindID `yaml:"id"`
	Version  int         `yaml:"version"`
	Title    ieum.Text   `yaml:"title"`
	Holder   ieum.Text   `yaml:"holder"`
	About    ieum.Text   `yaml:"about"`    // one sentence: what a row is
	Identity []string    `yaml:"identity"` // the fields that say two rows mean one thing
	Person   string      `yaml:"person"`   // the field with the key of the résumé, of the same source, whose person a row is about; "" = the row itself stands for its person, if it tells about one
	Keep     string      `yaml:"keep"`     // retention: ISO 8601 duration such as P5Y, or "forever"
	Fields   []Field     `yaml:"fields"`
	Master   Master      `yaml:"master"` // zero: what the rows speak of is not mastered by declaration

	byName map[string]int
}

// A Master says that rows of a kind speak of public services, and which fields
// tell which one: rows of all such kinds that speak of one service are put
// together. Each names a field of the kind; Title or Number is given.
type Master struct {
	As     string   `yaml:"as"`     // service
	Number string   `yaml:"number"` // string: the number a public register has for the service
	Title  string   `yaml:"title"`  // string
	Office []string `yaml:"office"` // string: who runs it, best first
	Region string   `yaml:"region"` // region, or codes of regions
	From   string   `yaml:"from"`   // date: first day to apply
	To     string   `yaml:"to"`     // date: last day to apply
	URL    string   `yaml:"url"`    // url
	Text   []string `yaml:"text"`   // string or text: what it is
}

// A Field is one value of a kind's rows.
type Field struct {
	Name        string      `yaml:"name"`
	Type        Type        `yaml:"type"`
	Title       ieum.Text   `yaml:"title"`
	Unit        string      `yaml:"unit"`  // such as won/year, months, persons
	Codes       string      `yaml:"codes"` // the code list, for code and codes
	Sensitivity Sensitivity `yaml:"sensitivity"`
	Required    bool        `yaml:"required"`
}

// A Type says how a field's text is read and kept. The compound types pay,
// career and region are read by the shared parsers of internal/catalogue/parse.
type Type string

// The types of fields.
const (
	TypeString  Type = "string"  // one line
	TypeText    Type = "text"    // prose; scrubbed of identifying numbers at ingest
	TypeInt     Type = "int"     // whole number
	TypeNumber  Type = "number"  // decimal number
	TypeBool    Type = "bool"    //
	TypeDate    Type = "date"    // a day
	TypeCode    Type = "code"    // one code of list Codes, found by code, name or alias
	TypeCodes   Type = "codes"   // several
	TypeStrings Type = "strings" // several lines
	TypeURL     Type = "url"     //
	TypePay     Type = "pay"     // "연봉 3,000만원 ~ 3,200만원": lowest and highest in won a year, basis, text
	TypeCareer  Type = "career"  // "경력 3년↑", "신입·경력": least and most months, entry allowed, text
	TypeRegion  Type = "region"  // an address or region name: code of list "regions", text
	TypeCareers Type = "careers" // spells of work: list of {title, occupation, start, end, pay}
	TypePerson  Type = "person"  // keyed hashes of what identifies a person; never the values themselves
	TypeJSON    Type = "json"    // anything else, kept as it came
)

// A Sensitivity says what a field may tell about a person.
type Sensitivity string

// The sensitivities. An identifying field cannot be mapped by a source.
const (
	None        Sensitivity = "none"
	Personal    Sensitivity = "personal"
	Identifying Sensitivity = "identifying"
)

// A Source is where rows come from and how they become rows of a kind.
type Source struct {
	ID        ieum.SourceID `yaml:"id"`
	Version   int           `yaml:"version"`
	Title     ieum.Text     `yaml:"title"`
	Holder    ieum.Text     `yaml:"holder"` // who answers for the data
	Basis     ieum.Text     `yaml:"basis"`  // law or agreement it is used under
	Cycle     string        `yaml:"cycle"`  // once, daily, weekly, monthly, yearly
	Due       int           `yaml:"due"`    // days after a cycle's end from which a delivery is late
	Shrink    float64       `yaml:"shrink"` // a delivery smaller than this share of the last is flagged; default 0.5
	Simulated bool          `yaml:"simulated"`
	Anonymous bool          `yaml:"anonymous"` // the holder took out who people are, and its keys lead to nobody
	Files     []File        `yaml:"files"`
	Examples  []Example     `yaml:"examples"` // rows by hand; run as tests by ieum check

	file string // where it was declared
}

// A File says how one sort of file of a source is read. Which sort a file is
// says its name: the first File whose Match fits (path.Match on the base name,
// and on as many folders above it as the pattern has slashes, without .gz or
// .zst).
type File struct {
	Match    string           `yaml:"match"`    // default "*"
	Kind     ieum.KindID      `yaml:"kind"`     // what its rows become; "" for a file that is only joined
	Format   string           `yaml:"format"`   // csv, tsv, json, jsonl, xlsx, parquet; default by name
	Encoding string           `yaml:"encoding"` // auto, utf-8, cp949; default auto
	Records  string           `yaml:"records"`  // JSON: dotted path to the records, "" = the top; an object of objects yields one record a member, its name as "_key"
	Sheet    string           `yaml:"sheet"`    // XLSX: default the first
	Delivery string           `yaml:"delivery"` // full: what is absent is gone; change: only what changed
	Absent   string           `yaml:"absent"`   // for full: close (postings, with the date) or keep; default close
	Key      []string         `yaml:"key"`      // columns that name a row within the source
	Limit    float64          `yaml:"limit"`    // largest share of bad rows before the delivery is refused whole; default 0.5
	Joins    []Join           `yaml:"joins"`
	Map      map[string]Value `yaml:"map"`     // kind field → where it comes from
	Quality  []Rule           `yaml:"quality"` // over the mapped fields
}

// A Join brings in rows of another file of the delivery with the same key.
type Join struct {
	Name  string `yaml:"name"`
	Match string `yaml:"match"`
	On    string `yaml:"on"`  // column of this file
	Key   string `yaml:"key"` // column of the joined file; default On
}

// A Value says where a field comes from: the short form is a column's name.
// Exactly one of Column, Const, CEL, Code and Hash is set; but Code may stand
// beside Column or CEL, for the rows that have no value there.
type Value struct {
	Column string            `yaml:"column"` // dotted path in JSON
	Const  string            `yaml:"const"`  // the same for every row
	CEL    string            `yaml:"cel"`    // over row: map(string, string); one call a distinct row of what it reads
	Code   []string          `yaml:"code"`   // kind fields given to the coder, title first: for occupation; the title whose place fills a region
	Hash   []string          `yaml:"hash"`   // columns hashed with the installation's key: for person only
	Split  string            `yaml:"split"`  // cut into several at this separator
	Join   string            `yaml:"join"`   // take Column from all rows of this join
	Layout string            `yaml:"layout"` // date: Go layout when it is not one of the usual forms
	Words  map[string]string `yaml:"words"`  // the source's own words or codes → ours
	From   string            `yaml:"from"`   // code list the texts are of, when it is an older one than the field's
	Unit   string            `yaml:"unit"`   // pay: won, thousand, manwon; with per: year, month, day, hour
	Per    string            `yaml:"per"`

	program *program  // compiled CEL
	several bool      // the field holds a list
	from    *CodeList // of From
}

// A Rule is one quality rule: a row for which When holds is rejected or warned of.
type Rule struct {
	When string    `yaml:"when"` // CEL over the kind's fields
	Then string    `yaml:"then"` // reject or warn
	Say  ieum.Text `yaml:"say"`  // why, for who must mend it

	program *program // compiled When
}

// An Example is one raw row and the fields it must become.
type Example struct {
	Name   string            `yaml:"name"`
	File   string            `yaml:"file"` // a file name that picks the File; default the first
	Row    map[string]string `yaml:"row"`
	Expect map[string]string `yaml:"expect"` // field → value as text; pay.min and the like for compounds
	Reject string            `yaml:"reject"` // or a piece of the reason it is quarantined for

	line int
}

// A Role says what somebody who has it may do, for whom, and how long at most.
type Role struct {
	ID         ieum.RoleID       `yaml:"id"`
	Version    int               `yaml:"version"`
	Title      ieum.Text         `yaml:"title"`
	About      ieum.Text         `yaml:"about"`
	Staff      bool              `yaml:"staff"`       // works for the service
	TwoFactors bool              `yaml:"two_factors"` // signs in with two factors of different kinds
	Reach      Reach             `yaml:"reach"`
	Lasts      string            `yaml:"lasts"` // how long a grant holds at most, such as P1Y
	May        []ieum.Permission `yaml:"may"`
}

// A Reach is for whom a role may do what it may.
type Reach string

// The reaches, narrowest first. A grant can narrow the reach of its role, never
// widen it.
const (
	ReachSelf         Reach = "self"         // what is one's own
	ReachAssigned     Reach = "assigned"     // the clients assigned to one
	ReachSite         Reach = "site"         // an office of an organisation
	ReachOrganisation Reach = "organisation" // a whole organisation
	ReachAll          Reach = "all"          // everything
)

// A Purpose is what records of a person may be read for: by whom, which, and on
// what basis.
type Purpose struct {
	ID      ieum.PurposeID    `yaml:"id"`
	Version int               `yaml:"version"`
	Title   ieum.Text         `yaml:"title"`
	About   ieum.Text         `yaml:"about"`   // one sentence: what is done with the records
	May     ieum.Permission   `yaml:"may"`     // that it takes; of no account for the bases self and mandate
	Records []ieum.RecordKind `yaml:"records"` // that it may read, and no others
	Bases   []Basis           `yaml:"bases"`
	Law     Law               `yaml:"law"`     // for the basis law
	Lasts   string            `yaml:"lasts"`   // how long a consent holds at most, such as P1Y; for the basis consent
	StepUp  []ieum.RecordKind `yaml:"step_up"` // of Records, those for who signed in a short while ago alone
	Most    int               `yaml:"most"`    // records that one account may read in an hour; 0 = any number, which an auditor is told of
}

// A Law is the act and the article that a purpose rests on.
type Law struct {
	Title   ieum.Text `yaml:"title" json:"title"`
	Article string    `yaml:"article" json:"article"` // such as 제14조
}

// A Basis is what allows records to be read.
type Basis string

// The bases.
const (
	BasisSelf    Basis = "self"    // they are one's own
	BasisConsent Basis = "consent" // the person agreed
	BasisLaw     Basis = "law"     // a law says so
	BasisMandate Basis = "mandate" // of somebody who acts for the person
)

// A CodeList is a table of codes with their official names.
type CodeList struct {
	ID      string    `yaml:"id"`
	Version string    `yaml:"version"`
	Title   ieum.Text `yaml:"title"`
	Source  string    `yaml:"source"` // who publishes it, and when it was taken over
	Levels  []int     `yaml:"levels"` // code lengths of its levels, e.g. 1, 2, 3, 4; empty = flat
	Nested  bool      `yaml:"nested"` // a name is told apart by what it lies in: "서울 중구"
	Tails   []string  `yaml:"tails"`  // words that may stand behind a name and change nothing, such as 자격증
	Into    string    `yaml:"into"`   // the list that replaced this one: successors are its codes
	Adds    string    `yaml:"adds"`   // the list that takes in these codes too
	Codes   []Code    `yaml:"codes"`  // or in a CSV file of the same name beside it

	byCode, byName map[string]int
	children       map[string][]int
	into           *CodeList
}

// A Code is one code. In CSV: columns code, parent, ko, en, aliases (| between),
// since, until, successor, and any further column as an Extra.
type Code struct {
	Code      string            `yaml:"code"`
	Parent    string            `yaml:"parent"`
	Name      ieum.Text         `yaml:"name"`
	Aliases   []string          `yaml:"aliases"`
	Since     ieum.Day          `yaml:"since"`
	Until     ieum.Day          `yaml:"until"`     // the day it was abolished; 0 = in force
	Successor string            `yaml:"successor"` // what it became
	Rank      int               `yaml:"rank"`      // order, e.g. of education levels
	Extra     map[string]string `yaml:"extra"`
}

// A Set is a consistent set of definitions.
type Set struct {
	Kinds    map[ieum.KindID]*Kind
	Sources  map[ieum.SourceID]*Source
	Roles    map[ieum.RoleID]*Role
	Purposes map[ieum.PurposeID]*Purpose
	Codes    map[string]*CodeList
	Items    map[string]*Item
	Messages map[ieum.Lang]map[string]string // key → text with {name} places
}

// An Item declares things of one kind that are recommended: what is asked of who
// looks, which of them are open, what must hold of the two, and what speaks for one.
// Its expressions read the fields of the kind by name, the facts told as me.NAME, the
// rows that With joins as NAME.FIELD, and the day as today.
type Item struct {
	ID       string                 `yaml:"id"`
	Version  int                    `yaml:"version"`
	Title    ieum.Text              `yaml:"title"`
	About    ieum.Text              `yaml:"about"` // one sentence: what is found, and for whom
	Kind     ieum.KindID            `yaml:"kind"`
	With     map[string]ieum.KindID `yaml:"with"`  // name → kind whose rows speak of the same public service
	Facts    []Fact                 `yaml:"facts"` // what is asked; each may stay unanswered
	Open     Opening                `yaml:"open"`
	Show     Show                   `yaml:"show"`
	Must     []Must                 `yaml:"must"`
	Rank     []Feature              `yaml:"rank"`
	Text     []string               `yaml:"text"` // fields whose words features of likeness look in
	Examples []ItemExample          `yaml:"examples"`

	fields map[string]Type // by path: what expressions and words may read
	closed *program
}

// A Fact is one thing asked of who looks.
type Fact struct {
	Name    string    `yaml:"name"`
	Type    Type      `yaml:"type"` // int, number, bool, date, code, codes, text or point
	Title   ieum.Text `yaml:"title"`
	Help    ieum.Text `yaml:"help"`    // optional
	Unit    ieum.Text `yaml:"unit"`    // optional
	Codes   string    `yaml:"codes"`   // the code list, for code and codes
	Options []Option  `yaml:"options"` // or the codes themselves
	Min     *float64  `yaml:"min"`
	Max     *float64  `yaml:"max"`
}

// TypePoint is a place on a map: the title of an item that has one, or latitude and
// longitude in degrees. Expressions read it as me.NAME_lat and me.NAME_lon.
const TypePoint Type = "point"

// An Option is one of the few answers to a question.
type Option struct {
	Code string    `yaml:"code" json:"code"`
	Name ieum.Text `yaml:"name" json:"name"`
}

// An Opening says when an item is open: between two days, both included, unless an
// expression holds. A day that is not known closes nothing.
type Opening struct {
	From   string `yaml:"from"`   // a date of the kind
	Until  string `yaml:"until"`  // a date of the kind
	Unless string `yaml:"unless"` // CEL
}

// A Show names the fields of the kind that a list shows.
type Show struct {
	Title string   `yaml:"title"`
	By    []string `yaml:"by"`    // who offers it: the first with a value
	About []string `yaml:"about"` // what it is: the first with a value
	Place string   `yaml:"place"` // a region, or codes of regions
	URL   string   `yaml:"url"`
	More  []string `yaml:"more"` // conditions in prose that nothing here looks at
	Lat   string   `yaml:"lat"`  // degrees
	Lon   string   `yaml:"lon"`
}

// A Must is a condition that is never bent: where it does not hold, nothing is
// recommended; where it cannot be told, that is said. Texts may name what expressions
// read, as {age_max} or {me.age}.
type Must struct {
	Title   ieum.Text `yaml:"title"`   // what it is about, in a word
	When    string    `yaml:"when"`    // CEL: it holds
	Unclear string    `yaml:"unclear"` // CEL: where When is false, it may hold for all that is known
	Say     ieum.Text `yaml:"say"`     // where it holds; optional: nothing is said
	Else    ieum.Text `yaml:"else"`    // where it does not
	Ask     ieum.Text `yaml:"ask"`     // where it cannot be told though all facts were given: what to look up

	when, unclear *program
}

// A Feature is one thing that speaks for an item, or against: its part of the score
// is Weight times a number from 0 to 1.
type Feature struct {
	Value  string    `yaml:"value"` // CEL: a number; cut off at 0 and 1. Unknown counts nothing
	Like   string    `yaml:"like"`  // or a fact of type text: which share of its words, by rareness, the item's text has
	Weight float64   `yaml:"weight"`
	Say    ieum.Text `yaml:"say"` // may also name {words}, those found alike

	value *program
}

// An ItemExample is facts, an item and what must come of the two.
type ItemExample struct {
	Name    string            `yaml:"name"`
	Facts   map[string]string `yaml:"facts"`
	Item    map[string]string `yaml:"item"` // by path, lists as JSON
	Day     ieum.Day          `yaml:"day"`
	Is      string            `yaml:"is"`      // fits, unclear, refused or closed
	Because string            `yaml:"because"` // a piece of what is said of a condition that does not hold, or is unclear
}
