/* Runs a program that dies with its parent, whatever becomes of that: prctl(2) PR_SET_PDEATHSIG outlives exec.
 * cc -O2 -o tether tether.c && ./tether PARENT_PID PROGRAM [ARGUMENT]... */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: tether PARENT_PID PROGRAM [ARGUMENT]...\n"), 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != atoi(argv[1])) return 1;
  execvp(argv[2], argv + 2);
  return perror(argv[2]), 127;
}
