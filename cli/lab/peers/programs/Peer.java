// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Launches a program by ProcessBuilder when told to (cli/lab/peers/peer.hpp). */
public final class Peer {
  private static final int PAGE = 4096;
  private static final long PIECE = 256L << 20; // one buffer holds less than 2 GiB

  private final String program;
  private final List<ByteBuffer> memory = new ArrayList<>();
  private final List<FileInputStream> descriptors = new ArrayList<>();

  private Peer(String program) {
    this.program = program;
  }

  // Outside the heap, where no collector moves it or gives it back.
  private String carry(long rss, int count) throws IOException {
    for (long rest = rss; rest > 0; rest -= PIECE) {
      ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(rest, PIECE));
      for (int at = 0; at < piece.capacity(); at += PAGE) {
        piece.put(at, (byte) 1);
      }
      memory.add(piece);
    }
    int open = new File("/proc/self/fd").list().length - 1;
    for (int i = open; i < count; ++i) {
      descriptors.add(new FileInputStream("/dev/null"));
    }
    return "ready";
  }

  private String launchOnce() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Process child = new ProcessBuilder(program).inheritIO().start();
    long launched = System.nanoTime();
    child.waitFor();
    long finished = System.nanoTime();
    return String.format(
        Locale.ROOT, "%.3f:%.3f", (launched - begin) / 1e3, (finished - begin) / 1e3);
  }

  private String launch(int count) throws IOException, InterruptedException {
    StringJoiner pairs = new StringJoiner(" ");
    for (int i = 0; i < count; ++i) {
      pairs.add(launchOnce());
    }
    return pairs.toString();
  }

  private String answer(String[] words) throws IOException, InterruptedException {
    switch (words[0]) {
      case "load":
        return carry(Long.parseLong(words[1]), Integer.parseInt(words[2]));
      case "launch":
        return launch(Integer.parseInt(words[1]));
      default:
        throw new IllegalArgumentException("unknown command '" + words[0] + "'");
    }
  }

  private String answerOrError(String line) {
    try {
      return answer(line.split(" "));
    } catch (Exception | OutOfMemoryError error) {
      return ("error " + error.getMessage()).replace('\n', ' ');
    }
  }

  public static void main(String[] arguments) throws IOException {
    Peer peer = new Peer(arguments[0]);
    // Java cannot take over a descriptor by its number, but open it by its name.
    try (BufferedReader commands = new BufferedReader(new FileReader("/dev/fd/3"));
        FileWriter answers = new FileWriter("/dev/fd/4")) {
      String line;
      while ((line = commands.readLine()) != null && !line.equals("quit")) {
        answers.write(peer.answerOrError(line) + "\n");
        answers.flush();
      }
    }
  }
}
