// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A service that hangs on syscall.ForkLock: one goroutine holds it as a launcher
// does, 20 wait to create descriptors, 2 to launch. Others wait for other things.
//
// Words on standard input make it go on: "release" lets go of the lock, "launch"
// runs a program, "clock" prints the longest time its clock saw nothing happen,
// "collect" collects garbage, the end of the input ends it. Each is answered by
// a line.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	readers   = 20
	launchers = 2
	heap      = 256 << 20
)

var (
	release = make(chan bool)
	never   = make(chan int)
	other   sync.RWMutex
	longest int64
	ballast []byte
)

//go:noinline
func hold(held chan<- bool) {
	syscall.ForkLock.Lock()
	held <- true
	<-release
	syscall.ForkLock.Unlock()
}

//go:noinline
func createDescriptor() {
	syscall.ForkLock.RLock()
	syscall.ForkLock.RUnlock()
}

//go:noinline
func waitForTurn() {
	syscall.ForkLock.Lock()
	syscall.ForkLock.Unlock()
}

//go:noinline
func waitForAnotherLock() {
	other.RLock()
	other.RUnlock()
}

//go:noinline
func receive() { <-never }

//go:noinline
func sleep() { time.Sleep(time.Hour) }

//go:noinline
func readInSystemCall(fd int) {
	var one [1]byte
	syscall.Read(fd, one[:])
}

//go:noinline
func tick() {
	last := time.Now()
	for {
		time.Sleep(time.Millisecond)
		now := time.Now()
		gap := int64(now.Sub(last))
		for {
			old := atomic.LoadInt64(&longest)
			if gap <= old || atomic.CompareAndSwapInt64(&longest, old, gap) {
				break
			}
		}
		last = now
	}
}

func start() {
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], 0); err != nil {
		panic(err)
	}
	other.Lock()
	held := make(chan bool)
	go hold(held)
	<-held
	for i := 0; i < readers; i++ {
		go createDescriptor()
	}
	// One by one, so that it is known who is in front.
	for i := 0; i < launchers; i++ {
		go waitForTurn()
	}
	go waitForAnotherLock()
	go receive()
	go sleep()
	go readInSystemCall(pipe[0])
	go tick()
}

func main() {
	ballast = make([]byte, heap)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	start()
	fmt.Println("ready", os.Getpid())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		switch lines.Text() {
		case "release":
			release <- true
			fmt.Println("released")
		case "launch":
			fmt.Println("launched", exec.Command("/bin/true").Run())
		case "clock":
			fmt.Println("clock", atomic.SwapInt64(&longest, 0))
		case "collect":
			runtime.GC()
			fmt.Println("collected")
		}
	}
	runtime.KeepAlive(ballast)
}
