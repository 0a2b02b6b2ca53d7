package contact_test

import (
	"testing"

	"github.com/purlieu/purlieu/classify/classifytest"
	"github.com/purlieu/purlieu/classify/contact"
)

func TestTheFamilyKeepsTheLawsOfRules(t *testing.T) { classifytest.Run(t, contact.Rules(), ".") }
