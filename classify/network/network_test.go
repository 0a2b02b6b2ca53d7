package network_test

import (
	"testing"

	"github.com/purlieu/purlieu/classify/classifytest"
	"github.com/purlieu/purlieu/classify/network"
)

func TestTheFamilyKeepsTheLawsOfRules(t *testing.T) { classifytest.Run(t, network.Rules(), ".") }
