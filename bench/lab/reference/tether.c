/* Runs a program that is killed when its parent dies, however that ends: prctl(2) PR_SET_PDEATHSIG survives exec.
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
