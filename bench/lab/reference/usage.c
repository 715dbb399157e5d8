/* Runs a program and then prints the CPU time that it used, with all its threads: wait4(2). Ends as the program ended.
 * cc -O2 -o usage usage.c && ./usage PROGRAM [ARGUMENT]... */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long micros(struct timeval t) { return t.tv_sec * 1000000l + t.tv_usec; }

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: usage PROGRAM [ARGUMENT]...\n"), 2;
  pid_t self = getpid(), child = fork();
  if (child < 0) return perror("fork"), 1;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != self) return 1;
    execvp(argv[1], argv + 1);
    return perror(argv[1]), 127;
  }
  int status;
  struct rusage used;
  if (wait4(child, &status, 0, &used) < 0) return perror("wait4"), 1;
  printf("\ncpu %ld us\n", micros(used.ru_utime) + micros(used.ru_stime));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
