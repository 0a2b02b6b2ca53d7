// Package failpoint names the places at which a process may die so that a test can kill it exactly there.
//
// A *failpoint* is one such place: beside a sync, a publish, a commit, a reply, the start or end of a worker. Its name
// is the room and what happens there, "outbox.sync.before", with what it is about behind a slash where one call serves
// several kinds: "bus.reply.before/claim". In a usual build Hit does nothing and costs nothing. A build with the tag
// failpoints obeys two variables of its environment, read once:
//
//   - PURLIEU_FAILPOINT, "name:3", kills the process with SIGKILL when the failpoint is passed for the third time;
//   - PURLIEU_FAILPOINT_LOG names a file to which the name of each failpoint that is passed is appended, one a line.
//
// The test of this package finds the calls that need a failpoint in the source, and fails on one without.
package failpoint

// EnvPoint and EnvLog are the variables that a build with failpoints obeys.
const (
	EnvPoint = "PURLIEU_FAILPOINT"
	EnvLog   = "PURLIEU_FAILPOINT_LOG"
)
