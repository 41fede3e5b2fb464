package main

import (
	"os/exec"
	"sync"
	"testing"
)

// TestALockEndsWhileProcessesBegin, which hold every open file until they run.
func TestALockEndsWhileProcessesBegin(t *testing.T) {
	t.Parallel()
	data, ended := t.TempDir(), make(chan struct{})
	var starting sync.WaitGroup
	for range 2 {
		starting.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
					if err := exec.CommandContext(t.Context(), "true").Run(); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for range 3000 {
		unlock, err := lockBuild(data)
		if err != nil {
			t.Error(err)
			break
		}
		unlock()
	}
	close(ended)
	starting.Wait()
}
