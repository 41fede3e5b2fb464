package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A PartsBench is what bench parts prints: how long the learned parts take to load, and the
// memory of the process when all are there. Resident memory counts what of the program
// itself was read, weights among it; Linux alone says it.
type PartsBench struct {
	Parts    []PartBench `json:"parts"`
	LoadMS   float64     `json:"loadMS"` // of all
	CPUMS    float64     `json:"cpuMS"`
	BeforeMB float64     `json:"beforeMB"` // resident before, with the definitions
	PeakMB   float64     `json:"peakMB"`   // largest resident set while they were loaded
	RSSMB    float64     `json:"rssMB"`    // resident once garbage is collected and given back
	AnonMB   float64     `json:"anonMB"`   // of that, without pages of the program's file, which the system may take back
	HeapMB   float64     `json:"heapMB"`   // in use then
}

// A PartBench is one part.
type PartBench struct {
	Name  string  `json:"name"`
	MS    float64 `json:"ms"`
	CPUMS float64 `json:"cpuMS"` // of all cores, the collector's too
}

// benchParts loads every part that this data folder uses, once.
func benchParts(e *env) error {
	set, err := e.definitions()
	if err != nil {
		return err
	}
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak begins anew
	b := PartsBench{BeforeMB: status("VmRSS")}
	var kept []any
	for _, p := range []struct {
		name string
		load func() (any, error)
	}{
		{partCoder, func() (any, error) {
			coder, err := e.coder(set, "")
			if err == nil {
				coder.Code("chef", "", 1) // a title without Hangul, which opens the encoder
			}
			return coder, err
		}},
		{partExtractor, func() (any, error) { return e.extractor(set, "") }},
		{partExtractor + " of " + vocabularyESCO, func() (any, error) { return e.escoExtractor("") }},
	} {
		began, worked := time.Now(), processorTime()
		part, err := p.load()
		if err != nil {
			return err
		}
		kept = append(kept, part)
		took := PartBench{p.name, milliseconds(time.Since(began)), milliseconds(processorTime() - worked)}
		b.Parts, b.LoadMS, b.CPUMS = append(b.Parts, took), b.LoadMS+took.MS, b.CPUMS+took.CPUMS
	}
	b.PeakMB = status("VmHWM")
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.RSSMB, b.AnonMB, b.HeapMB = status("VmRSS"), status("RssAnon"), float64(m.HeapAlloc>>10)/1024
	runtime.KeepAlive(kept)
	return writeJSON(e.stdout, b)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// processorTime is how long this program has been worked on.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// status returns a line of /proc/self/status in MB, 0 where there is none.
func status(of string) float64 { return statusOf("self", of) }

// statusOf is status of a process.
func statusOf(pid, of string) float64 {
	for line := range strings.Lines(readText("/proc/" + pid + "/status")) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == of+":" {
			kilobytes, _ := strconv.ParseFloat(f[1], 64)
			return kilobytes / 1024
		}
	}
	return 0
}
