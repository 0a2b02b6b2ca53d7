package model

import "slices"

// Release is a sort of metadata that may hold values or people's own words. Whether it leaves a network is for the
// network's owner to say.
type Release string

// The sorts. All but ReleaseComments stay behind unless they are released.
const (
	ReleaseEnumLabels      Release = "enum-labels"      // the values that a type lists
	ReleasePartitionBounds Release = "partition-bounds" // the values at which partitions begin and end
	ReleaseStatistics      Release = "statistics"       // smallest, largest and most frequent values of a column
	ReleaseComments        Release = "comments"         // what people wrote about tables and columns
)

// Releases are all sorts, in the order of their names.
func Releases() []Release {
	return []Release{ReleaseComments, ReleaseEnumLabels, ReleasePartitionBounds, ReleaseStatistics}
}

// Usual reports whether the sort leaves unless it is kept.
func (r Release) Usual() bool { return r == ReleaseComments }

// Terms are the sorts of which an owner says other than what is usual.
type Terms []Release

// Lets reports whether a sort may leave.
func (t Terms) Lets(r Release) bool { return slices.Contains(t, r) != r.Usual() }

// Released are the sorts that leave although they usually stay behind, in order.
func (t Terms) Released() []Release {
	return slices.DeleteFunc(slices.Clone(t), Release.Usual)
}
