package identity

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ieum"
	"ieum/internal/platform/dying"
)

const workVariable = "IEUM_TEST_WORK"

// TestMain runs the tests, or, in a process that a test started for it, Work.
func TestMain(m *testing.M) {
	if os.Getenv(workVariable) != "" {
		if Work(os.Stdin, os.Stdout) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	dying.Main(m, noticeChild)
}

func working(t *testing.T) *Workers {
	t.Helper()
	p, err := NewWorkers(func() *exec.Cmd {
		return &exec.Cmd{Path: os.Args[0], Env: []string{workVariable + "=1"}}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// pids are the processes that were not seen to end.
func (p *Workers) pids() (ids []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.all {
		ids = append(ids, w.process.Process.Pid)
	}
	return ids
}

// gone waits until a process is not in the table any more, not even as a zombie.
func gone(t *testing.T, pid int) {
	t.Helper()
	for range 2400 {
		if syscall.Kill(pid, 0) == syscall.ESRCH {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Errorf("the process %d is still there after a minute", pid)
}

func TestAProcessHashesAsThisOneDoes(t *testing.T) {
	p := working(t)
	salt := []byte("sixteen bytes ok")
	for _, password := range []string{"", "a", secretWord, strings.Repeat("긴", longestPassword), strings.Repeat("x", 3*4*longestPassword)} {
		for _, cost := range []Cost{cheap, {Memory: 64, Time: 3, Threads: 2}, OWASP} {
			got, err := p.Derive([]byte(password), salt, cost)
			want, _ := deriveHere([]byte(password), salt, cost)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%.20q at %+v: %x, %v; here it is %x", password, cost, got, err, want)
			}
		}
	}
	if n := len(p.pids()); n != 1 {
		t.Errorf("%d processes for one hash at a time", n)
	}
	hash, err := newHasher(cheap, p.Derive).hash(t.Context(), secretWord)
	if ok, wrong := newHasher(cheap, deriveHere).matches(t.Context(), secretWord, hash); !ok || err != nil || wrong != nil {
		t.Errorf("what a process hashed does not match here: %v, %v", err, wrong)
	}
}

// Processes that are killed while they hash never make a right password wrong:
// another one hashes it, or nobody can tell.
func TestAKilledProcessMakesNoPasswordWrong(t *testing.T) {
	p := working(t)
	cost := Cost{Memory: 1 << 10, Time: 2, Threads: 1}
	h := newHasher(cost, p.Derive)
	hash, err := newHasher(cost, deriveHere).hash(t.Context(), secretWord)
	if err != nil {
		t.Fatal(err)
	}
	over, killed := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { killed <- n }()
		for {
			select {
			case <-over:
				return
			case <-time.After(10 * time.Millisecond):
			}
			for _, id := range p.pids() {
				if syscall.Kill(id, syscall.SIGKILL) == nil {
					n++
				}
			}
		}
	}()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 30 {
				if ok, err := h.matches(t.Context(), secretWord, hash); !ok && !errors.Is(err, ieum.ErrUnavailable) {
					t.Errorf("the password matches: %v, %v", ok, err)
				}
			}
		})
	}
	all.Wait()
	close(over)
	if n := <-killed; n == 0 {
		t.Error("nothing was killed")
	}
	if ok, err := h.matches(t.Context(), secretWord, hash); !ok || err != nil {
		t.Errorf("afterwards: %v, %v", ok, err)
	}
	if n := len(p.pids()); n > cap(h.turns.Had)+1 { // one perhaps that was killed and not seen to have ended
		t.Errorf("%d processes", n)
	}
}

func TestAnIdleProcessThatDiesIsReplaced(t *testing.T) {
	p := working(t)
	first := p.pids()[0]
	syscall.Kill(first, syscall.SIGKILL)
	if key, err := p.Derive(nil, make([]byte, saltBytes), cheap); err != nil || len(key) != hashBytes {
		t.Errorf("%x, %v", key, err)
	}
	gone(t, first)
}

func TestAStuckProcessIsReplaced(t *testing.T) {
	p := working(t)
	p.patience = 500 * time.Millisecond
	first := p.pids()[0]
	syscall.Kill(first, syscall.SIGSTOP)
	if key, err := p.Derive(nil, make([]byte, saltBytes), cheap); err != nil || len(key) != hashBytes {
		t.Errorf("%x, %v", key, err)
	}
	gone(t, first)
}

func TestProcessesEndWithTheServer(t *testing.T) {
	p := working(t)
	id := p.pids()[0]
	syscall.Kill(id, syscall.SIGSTOP) // it does not even notice
	p.Close()
	if err := syscall.Kill(id, 0); err != syscall.ESRCH {
		t.Errorf("the process is still there: %v", err)
	}
	if _, err := p.Derive(nil, make([]byte, saltBytes), cheap); !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("after the end: %v", err)
	}
}

func TestAProcessThatDoesNotWork(t *testing.T) {
	if _, err := NewWorkers(func() *exec.Cmd { return &exec.Cmd{Path: "/none"} }); err == nil {
		t.Error("a program that is not there can be started")
	}
	p, err := NewWorkers(func() *exec.Cmd { return exec.Command("false") })
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Derive(nil, make([]byte, saltBytes), cheap); !errors.Is(err, ieum.ErrUnavailable) {
		t.Errorf("a program that ends at once: %v", err)
	}
}

func TestWorkEndsAtWhatIsNoTask(t *testing.T) {
	one := appendTask(nil, task{cheap, make([]byte, saltBytes), []byte(secretWord)})
	sized := func(n uint32, rest ...byte) []byte { return append(binary.BigEndian.AppendUint32(nil, n), rest...) }
	priced := func(c Cost) []byte { return appendTask(nil, task{c, make([]byte, saltBytes), nil}) }
	for what, in := range map[string][]byte{
		"half a length":   one[:2],
		"half a task":     one[:len(one)-1],
		"a length alone":  one[:lengthBytes],
		"nothing in it":   sized(0),
		"too short":       sized(shortestTask-1, make([]byte, shortestTask-1)...),
		"too long":        sized(longestTask+1, make([]byte, longestTask+1)...),
		"as long as can":  sized(1<<32 - 1),
		"words":           []byte("GET / HTTP/1.1\r\n\r\n"),
		"no pass":         priced(Cost{8, 0, 1}),
		"no thread":       priced(Cost{8, 1, 0}),
		"too many passes": priced(Cost{8, 17, 1}),
		"too much memory": priced(Cost{1<<20 + 1, 1, 1}),
	} {
		var out bytes.Buffer
		if err := Work(bytes.NewReader(append(one[:len(one):len(one)], in...)), &out); err == nil || out.Len() != hashBytes {
			t.Errorf("%s after a task: %v, and %d bytes of answers", what, err, out.Len())
		}
	}
	var out bytes.Buffer
	if err := Work(bytes.NewReader(append(one[:len(one):len(one)], one...)), &out); err != nil || out.Len() != 2*hashBytes {
		t.Errorf("two tasks: %v, and %d bytes of answers", err, out.Len())
	}
}

// Whatever comes is a task that would be sent in the same form, or none.
func FuzzReadTask(f *testing.F) {
	f.Add(appendTask(nil, task{OWASP, make([]byte, saltBytes), []byte(secretWord)}))
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bytes.NewReader(in)
		var room [longestTask]byte
		got, err := readTask(r, &room)
		switch {
		case err == io.EOF && len(in) > 0:
			t.Error("an end that is none")
		case err == nil && (!got.cost.payable() || !bytes.Equal(appendTask(nil, got), in[:len(in)-r.Len()])):
			t.Errorf("%+v", got)
		}
	})
}
