// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// java -Xms3g -Djdk.lang.Process.launchMechanism=FORK JavaTarget.java MIB THREADS CALLS INTERVAL_MS
//
// A heavy JVM with threads that launches processes and times that itself. It
// prints "ready" and its pid, waits for a line on its input, and prints one
// JSON object at the end.

import java.util.ArrayList;
import java.util.List;

public class JavaTarget {
  static final int BLOCK = 1 << 20;
  static volatile boolean over;

  static void work(List<byte[]> ballast, long number) {
    long i = number;
    while (!over) {
      for (int j = 0; j < 32; j++) {
        byte[] block = ballast.get((int) ((i * 31 + j * 17) % ballast.size()));
        block[(int) ((i * 4099 * 4096 + j * 8192) & (BLOCK - 1))]++;
      }
      i++;
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  static String timeCall() throws Exception {
    long begin = System.nanoTime();  // CLOCK_MONOTONIC
    Process child = new ProcessBuilder("/bin/true").start();
    long duration = System.nanoTime() - begin;
    child.waitFor();
    return String.format(java.util.Locale.ROOT,
        "{\"begin_ns\": %d, \"duration_us\": %.1f, \"child\": %d}", begin, duration / 1e3,
        child.pid());
  }

  static List<byte[]> makeBallast(int mib) {
    List<byte[]> ballast = new ArrayList<>();
    for (int i = 0; i < mib; i++) {
      byte[] block = new byte[BLOCK];
      java.util.Arrays.fill(block, (byte) 1);
      ballast.add(block);
    }
    return ballast;
  }

  public static void main(String[] words) throws Exception {
    List<byte[]> ballast = makeBallast(Integer.parseInt(words[0]));
    int threads = Integer.parseInt(words[1]);
    int calls = Integer.parseInt(words[2]);
    long interval = Long.parseLong(words[3]);
    for (int i = 0; i < threads; i++) {
      final long number = i;
      Thread worker = new Thread(() -> work(ballast, number));
      worker.setDaemon(true);
      worker.start();
    }
    System.out.println("ready " + ProcessHandle.current().pid());
    while (System.in.read() != '\n') {
    }
    List<String> made = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      made.add(timeCall());
      Thread.sleep(interval);
    }
    over = true;
    System.out.printf("{\"mode\": \"%s\", \"threads\": %d, \"version\": \"%s\", \"calls\": [%s]}%n",
        System.getProperty("jdk.lang.Process.launchMechanism", "default"), threads,
        System.getProperty("java.version"), String.join(", ", made));
    System.exit(0);
  }
}
