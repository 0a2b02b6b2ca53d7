package filesystem

import (
	"github.com/purlieu/purlieu/format"
)

// The codes of gaps that this connector finds by itself.
const (
	codeLink    = "LinkNotFollowed"
	codeSpecial = "SpecialFile"
	codeTooDeep = "TooDeep"
	codeCut     = "ColumnsCut"
)

// remedies says what would mend a gap, or that nothing has to; "" where the code says all there is.
func remedies(code string) string {
	switch code {
	case codeLink:
		return "Links are never followed. What one leads to is read where it really lies, as a source of its own"
	case codeSpecial:
		return "Devices, pipes and sockets hold nothing to read"
	case codeTooDeep:
		return "Register a folder further below as a source of its own"
	case codeCut:
		return "The file has more columns than an asset holds; the first are there"
	case format.CodeTruncated:
		return "The file ends too early: write it anew, and scan again"
	case format.CodeDamaged:
		return "The file is not what its name says, or damaged: write it anew, and scan again"
	case format.CodeEncrypted:
		return "Its columns can't be read without its key; that it is there is in the map"
	case "PermissionDenied":
		return "Let the user that the node runs as read it"
	}
	return ""
}
