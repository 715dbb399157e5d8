/* Reference writer that tests the speed of a reader. For each connection, a process writes the same 256 KiB for ever,
 * with blocking sends. It uses Reno, because loopback has no congestion and BBR would pace the data.
 * cc -O2 -o blast blast.c && ./blast PORT */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static char data[256 << 10];

static void write_for_ever(int conn, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return;
  setsockopt(conn, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
  while (send(conn, data, sizeof data, MSG_NOSIGNAL) > 0);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: blast PORT\n"), 2;
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (void *)&addr, sizeof addr) || listen(listener, 4096)) return perror("bind"), 1;
  for (unsigned i = 0; i < sizeof data; i++) data[i] = 'a' + i % 26;
  signal(SIGCHLD, SIG_IGN);
  pid_t self = getpid();
  for (;;) {
    int conn = accept(listener, NULL, NULL);
    if (conn < 0) continue;
    if (fork() == 0) return write_for_ever(conn, self), 0;
    close(conn);
  }
}
