package simulate

// The columns of the files. Dates are days since 1970-01-01 in Parquet's DATE.
// Lists within a column are separated by |.

// A ResumeRow is a row of resumes/part-*.parquet. Name, birth date, telephone
// and mail identify the made-up person; the source simulated only hashes them.
type ResumeRow struct {
	ID             string `parquet:"id"`
	Name           string `parquet:"name,dict"`
	BirthDate      string `parquet:"birth_date,optional,dict"`
	Phone          string `parquet:"phone,optional"`
	Mail           string `parquet:"mail,optional"`
	BirthYear      int32  `parquet:"birth_year,optional"`
	Sex            string `parquet:"sex,optional,dict"`
	Region         string `parquet:"region,optional,dict"`
	Education      string `parquet:"education,optional,dict"`
	Majors         string `parquet:"majors,optional,dict"`
	Occupation     string `parquet:"occupation,optional,dict"`
	Headline       string `parquet:"headline,optional"`
	Wishes         string `parquet:"wishes,optional,dict"`
	WishRegions    string `parquet:"wish_regions,optional,dict"`
	WishPay        string `parquet:"wish_pay,optional,dict"` // 10,000 won a year
	WishEmployment string `parquet:"wish_employment,optional,dict"`
	LastPay        string `parquet:"last_pay,optional,dict"` // 10,000 won a year
	CareerMonths   int32  `parquet:"career_months"`
	Careers        string `parquet:"careers,optional"` // JSON: [{"title","occupation","start":"2019-03","end","pay" in won a year}], newest first
	Skills         string `parquet:"skills,optional"`
	Certificates   string `parquet:"certificates,optional,dict"`
	Text           string `parquet:"text,optional"`
	Updated        int32  `parquet:"updated,date"`
	Active         bool   `parquet:"active"`
}

// A ResumeTruth is what is known of the résumé of the same row.
type ResumeTruth struct {
	ID         string `parquet:"id"`
	Person     int64  `parquet:"person"`
	Which      int32  `parquet:"which"` // 0 the person's first résumé, 1 and 2 further ones
	Occupation string `parquet:"occupation,dict"`
	Direct     string `parquet:"direct,optional"`   // competencies whose name or alias is in the text
	Indirect   string `parquet:"indirect,optional"` // competencies that the text only hints at
	Unsaid     string `parquet:"unsaid,optional"`   // competencies held that the text does not show
	Dropped    string `parquet:"dropped,optional,dict"`
	Broken     string `parquet:"broken,optional,dict"`
	Noise      string `parquet:"noise,optional,dict"`
}

// A PersonTruth is a person. Ability and drive are latent: nothing in the
// files shows them but by what they lead to.
type PersonTruth struct {
	Person     int64   `parquet:"person"`
	Name       string  `parquet:"name,dict"`
	Born       int32   `parquet:"born,date"`
	Sex        string  `parquet:"sex,dict"`
	Region     string  `parquet:"region,dict"` // code
	Education  string  `parquet:"education,dict"`
	Occupation string  `parquet:"occupation,dict"`
	Ability    float32 `parquet:"ability"`
	Drive      float32 `parquet:"drive"`
	Household  int64   `parquet:"household"`
	Pay        int64   `parquet:"pay,optional"` // won a year
	Resumes    int32   `parquet:"resumes"`
}

// A PostingRow is a row of postings/part-*.parquet.
type PostingRow struct {
	ID            string `parquet:"id"`
	Site          string `parquet:"site,dict"`
	Title         string `parquet:"title"`
	Body          string `parquet:"body,optional"`
	Company       string `parquet:"company,optional"`
	CompanyNumber string `parquet:"company_number,optional"`
	Industry      string `parquet:"industry,optional,dict"`
	Occupation    string `parquet:"occupation,optional,dict"`
	Address       string `parquet:"address,optional,dict"`
	Employment    string `parquet:"employment,optional,dict"`
	Education     string `parquet:"education,optional,dict"`
	Career        string `parquet:"career,optional,dict"`
	Pay           string `parquet:"pay,optional,dict"`
	Openings      int32  `parquet:"openings,optional"`
	Opened        int32  `parquet:"opened,date"`
	Deadline      int32  `parquet:"deadline,optional,date"`
	Skills        string `parquet:"skills,optional"`
	Certificates  string `parquet:"certificates,optional,dict"`
	Preferred     string `parquet:"preferred,optional,dict"`
	Majors        string `parquet:"majors,optional,dict"`
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
	Direct     string `parquet:"direct,optional"`
	Indirect   string `parquet:"indirect,optional"`
	Unsaid     string `parquet:"unsaid,optional"`
	Dropped    string `parquet:"dropped,optional,dict"`
	Broken     string `parquet:"broken,optional,dict"`
	Noise      string `parquet:"noise,optional,dict"`
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
