package simulate

// The columns of the files. Dates are days since 1970-01-01 in Parquet's DATE.
// Lists within a column are separated by |. A text that is left out is empty.
// (Not null: parquet-go v0.32 marks the rest of a block of 64 as present in
// some patterns of null and zero values of optional fields. Pointers are not
// affected.)

// A ResumeRow is a row of resumes/part-*.parquet. Name, birth date, telephone
// and mail identify the made-up person; the source simulated only hashes them.
type ResumeRow struct {
	ID             string      `parquet:"id"`
	Name           string      `parquet:"name,dict"`
	BirthDate      string      `parquet:"birth_date,dict"`
	Phone          string      `parquet:"phone"`
	Mail           string      `parquet:"mail"`
	BirthYear      int32       `parquet:"birth_year"`
	Sex            string      `parquet:"sex,dict"`
	Groups         string      `parquet:"groups,dict"` // that the agency knows of
	Region         string      `parquet:"region,dict"`
	Education      string      `parquet:"education,dict"`
	Majors         string      `parquet:"majors,dict"`
	Occupation     string      `parquet:"occupation,dict"`
	Headline       string      `parquet:"headline"`
	Wishes         string      `parquet:"wishes,dict"`
	WishRegions    string      `parquet:"wish_regions,dict"`
	WishPay        string      `parquet:"wish_pay,dict"` // 10,000 won a year
	WishEmployment string      `parquet:"wish_employment,dict"`
	LastPay        string      `parquet:"last_pay,dict"` // 10,000 won a year
	CareerMonths   int32       `parquet:"career_months"`
	Careers        []CareerRow `parquet:"careers,list"` // newest first
	Skills         string      `parquet:"skills"`
	Certificates   string      `parquet:"certificates,dict"`
	Text           string      `parquet:"text"`
	Updated        int32       `parquet:"updated,date"`
	Active         bool        `parquet:"active"`
}

// A CareerRow is one spell of work.
type CareerRow struct {
	Title      string `parquet:"title,dict"`
	Occupation string `parquet:"occupation,dict"`
	Start      string `parquet:"start,dict"` // 2019-03
	End        string `parquet:"end,dict"`   // "" = to the present
	Pay        int64  `parquet:"pay"`        // won a year
}

// A ResumeTruth is what is known of the résumé of the same row.
type ResumeTruth struct {
	ID         string `parquet:"id"`
	Person     int64  `parquet:"person"`
	Which      int32  `parquet:"which"` // 0 the person's first résumé, 1 and 2 further ones
	Occupation string `parquet:"occupation,dict"`
	Direct     string `parquet:"direct"`   // competencies whose name or alias is in the text
	Indirect   string `parquet:"indirect"` // competencies that the text only hints at
	Unsaid     string `parquet:"unsaid"`   // competencies held that the text does not show
	Dropped    string `parquet:"dropped,dict"`
	Broken     string `parquet:"broken,dict"`
	Noise      string `parquet:"noise,dict"`
}

// A PersonTruth is a person. Ability and drive are latent: nothing in the
// files shows them but by what they lead to.
type PersonTruth struct {
	Person     int64   `parquet:"person"`
	Resume     int64   `parquet:"resume"` // number in the key of their first résumé
	Name       string  `parquet:"name,dict"`
	Born       int32   `parquet:"born,date"`
	Sex        string  `parquet:"sex,dict"`
	Region     string  `parquet:"region,dict"` // code
	Education  string  `parquet:"education,dict"`
	Occupation string  `parquet:"occupation,dict"`
	Ability    float32 `parquet:"ability"`
	Drive      float32 `parquet:"drive"`
	Household  int64   `parquet:"household"`
	Pay        int64   `parquet:"pay"` // won a year; 0 who never worked
	Resumes    int32   `parquet:"resumes"`
	Origin     string  `parquet:"origin,dict"` // native, foreign-born, north-korean
	Served     bool    `parquet:"served"`      // in the armed forces
	State      string  `parquet:"state,dict"`  // at the end of the window
}

// A PostingRow is a row of postings/part-*.parquet.
type PostingRow struct {
	ID            string `parquet:"id"`
	Site          string `parquet:"site,dict"`
	Title         string `parquet:"title"`
	Body          string `parquet:"body"`
	Company       string `parquet:"company"`
	CompanyNumber string `parquet:"company_number"`
	Industry      string `parquet:"industry,dict"`
	Occupation    string `parquet:"occupation,dict"`
	Address       string `parquet:"address,dict"`
	Employment    string `parquet:"employment,dict"`
	Education     string `parquet:"education,dict"`
	Career        string `parquet:"career,dict"`
	Pay           string `parquet:"pay,dict"`
	Openings      *int32 `parquet:"openings"`
	Opened        int32  `parquet:"opened,date"`
	Deadline      *int32 `parquet:"deadline,date"`
	Skills        string `parquet:"skills"`
	Certificates  string `parquet:"certificates,dict"`
	Preferred     string `parquet:"preferred,dict"`
	Majors        string `parquet:"majors,dict"`
	URL           string `parquet:"url"`
}

// A PostingTruth is what is known of the posting of the same row. Rows of one
// vacancy are one posting.
type PostingTruth struct {
	ID         string `parquet:"id"`
	Vacancy    int64  `parquet:"vacancy"`
	Version    string `parquet:"version,dict"` // original, duplicate, repost
	Company    int64  `parquet:"company"`
	Occupation string `parquet:"occupation,dict"`
	Region     string `parquet:"region,dict"` // code
	PayMin     int64  `parquet:"pay_min"`     // won a year
	PayMax     int64  `parquet:"pay_max"`
	Direct     string `parquet:"direct"`
	Indirect   string `parquet:"indirect"`
	Unsaid     string `parquet:"unsaid"`
	Dropped    string `parquet:"dropped,dict"`
	Broken     string `parquet:"broken,dict"`
	Noise      string `parquet:"noise,dict"`
	Sibling    bool   `parquet:"sibling"` // differs from the firm's previous vacancy only in shift or grade
}

// A CompanyTruth is an employer.
type CompanyTruth struct {
	Company   int64  `parquet:"company"`
	Name      string `parquet:"name"` // as registered
	Number    string `parquet:"number"`
	Division  string `parquet:"division,dict"`
	Region    string `parquet:"region,dict"` // code
	Employees int32  `parquet:"employees"`
	Vacancies int32  `parquet:"vacancies"`
	Homonym   bool   `parquet:"homonym"` // bears another's name
}

// A VacancyTruth is a vacancy and what became of it.
type VacancyTruth struct {
	Vacancy      int64   `parquet:"vacancy"`
	Posting      int64   `parquet:"posting"` // number in the key of the original posting
	Opened       int32   `parquet:"opened,date"`
	Shown        int32   `parquet:"shown,date"`     // last day on the site, unless the log fills it earlier
	Elsewhere    int32   `parquet:"elsewhere,date"` // on which it is filled in ways that the log does not see
	Filled       *int32  `parquet:"filled,date"`    // on which the log filled its last opening
	Openings     int32   `parquet:"openings"`
	Hires        int32   `parquet:"hires"` // through the log
	Applications int32   `parquet:"applications"`
	Stale        bool    `parquet:"stale"` // stays on the site after it was filled
	False        bool    `parquet:"false"` // hires nobody
	Copied       bool    `parquet:"copied"`
	Effect       float32 `parquet:"effect"` // of the employer on pay, in the wage equation
	Reply        float32 `parquet:"reply"`  // share of those turned down who are told
	Picky        float32 `parquet:"picky"`
	Bias         float32 `parquet:"bias"` // multiplies group penalties
}

// A CourseRow is a row of courses/part-*.parquet.
type CourseRow struct {
	ID           string `parquet:"id"`
	Title        string `parquet:"title"`
	Institution  string `parquet:"institution,dict"`
	Body         string `parquet:"body"`
	Region       string `parquet:"region,dict"`
	Occupation   string `parquet:"occupation,dict"`
	Certificates string `parquet:"certificates,dict"`
	Skills       string `parquet:"skills,dict"`
	Opened       int32  `parquet:"opened,date"` // admits learners from this day on
	Closed       int32  `parquet:"closed,date"` // to this one
	Hours        int32  `parquet:"hours"`
	Places       int32  `parquet:"places"`
	Fee          int64  `parquet:"fee"`     // won
	OwnFee       int64  `parquet:"own_fee"` // won
	URL          string `parquet:"url"`
}

// A CellTruth is a cell of the table of effects: what a treatment for
// occupations of a two-digit group does in jobs of a one-digit group.
type CellTruth struct {
	Treatment string  `parquet:"treatment,dict"`
	Leads     string  `parquet:"leads,dict"`
	Job       string  `parquet:"job,dict"`
	Tau       float64 `parquet:"tau"`   // on the logit of being found good enough
	Delta     float64 `parquet:"delta"` // on the logarithm of pay
}
