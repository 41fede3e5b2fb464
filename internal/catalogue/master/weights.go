package master

// weights are the points of each sign. They were fitted on the made-up postings
// of one seed of two generators and then rounded; where those know no faults
// that real agencies make (two codings of one education, say), what speaks
// against was brought towards 0.
var weights = [signs]float64{
	always:          -5.3,
	titleShare:      5.5,
	titleOther:      -1.8,
	titleMore:       -0.4,
	gradeOther:      -8.5,
	gradeMore:       -1.2,
	rankOther:       -7,
	titleTells:      0.4,
	bodyKnown:       -4.9,
	bodyShare:       3.2,
	bodyWithin:      1.2,
	itemShare:       1.4,
	figureShare:     1.4,
	figureWithin:    1.4,
	regionEqual:     1.2,
	regionWithin:    1.2,
	occupationEqual: 0.5,
	occupationNear:  -0.9,
	occupationOther: -1.9,
	payEqual:        0.4,
	payOther:        -1.5,
	employmentEqual: 0.6,
	employmentOther: -1.8,
	educationEqual:  0.2,
	educationOther:  -2,
	careerEqual:     2,
	careerOther:     -3.3,
	openingsEqual:   0.5,
	openingsOther:   -2,
	openedEqual:     -0.4,
	deadlineEqual:   1.4,
	deadlineOther:   -0.3,
	reposted:        0.2,
	rounds:          -2,
	companyUnknown:  -2,
	companyOther:    -2,
}
