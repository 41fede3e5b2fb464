package encoder

// A Card says what weights are, what they learned from, and what they are not good for. It
// is stored with them.
type Card struct {
	Part    string   `json:"part"`
	Data    []Source `json:"data"`
	Seed    uint64   `json:"seed"`
	Members int      `json:"members"` // encoders that were merged, each with chance numbers of its own
	Epochs  int      `json:"epochs"`
	Rows    int      `json:"rows"`
	Trained int      `json:"trained"` // rows that any text of the data has
	Dim     int      `json:"dim"`
	Bytes   int      `json:"bytes"`             // of the stored numbers
	Figures []Figure `json:"figures,omitempty"` // on the benchmarks that lay beside the data
	Limits  []string `json:"limits"`
}

var limits = []string{
	"A bag of words and runs of letters: the order of words counts only between neighbours, and negation not at all.",
	"Trained on names of occupations: sentences, firms' names and places are noise to it.",
	"English, German, Spanish and Korean have lists of names; Chinese, French and Swedish have 289 rows of words set down by hand; any other language is compared by its letters.",
	"The lists carry the views of those who made them on which work is alike; nothing was done about gender or prestige in names beyond leaving both forms in.",
}
