package occupation

// The two families of features. A title has both; its own, which tell
// "press" in a title from "press" in a text, and those it shares with duties.
const (
	ofTitle = 0x51ed270b
	ofText  = 0x9e3779b1
)

// The shortest and longest n-gram, in characters.
const (
	shortest = 2
	longest  = 4
)

// grams appends the hashes of all n-grams of folded text to dst: within words
// with their borders, and across words as if they were written together,
// because Korean spacing is free.
func grams(dst []uint32, text []rune, family uint32, joined *[]rune, border *[]int32) []uint32 {
	for i := range text {
		h := family
		for n := 1; n <= longest && i+n <= len(text); n++ {
			r := text[i+n-1]
			h = mix(h, r)
			if n >= shortest {
				dst = append(dst, h)
				if r == ' ' {
					break
				}
			}
		}
	}
	run, words := (*joined)[:0], (*border)[:0]
	word := int32(0)
	for _, r := range text {
		if r == ' ' {
			word++
			continue
		}
		run, words = append(run, r), append(words, word)
	}
	*joined, *border = run, words
	if word < 3 { // one word has no inner border
		return dst
	}
	for i := range run {
		h := family
		for n := 1; n <= longest && i+n <= len(run); n++ {
			h = mix(h, run[i+n-1])
			if n >= shortest && words[i] != words[i+n-1] {
				dst = append(dst, h)
			}
		}
	}
	return dst
}

func mix(h uint32, r rune) uint32 {
	h = (h ^ uint32(r)) * 0x85ebca6b
	return h ^ h>>13
}

// key hashes folded text without its spaces: how a dictionary finds a title
// whatever its spacing. The zero key is that of no text.
func key(text []rune) uint64 {
	h := uint64(0xcbf29ce484222325)
	n := 0
	for _, r := range text {
		if r == ' ' {
			continue
		}
		h = (h ^ uint64(r)) * 0x9fb21c651e98df25
		h ^= h >> 32
		n++
	}
	if n == 0 {
		return 0
	}
	return h | 1
}
