/* Echo server with a POSIX thread for each connection. Over UDP, a thread for each CPU; all read one socket.
 * cc -O2 -pthread -o pthreads pthreads.c && ./pthreads PORT [tcp|udp] */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int bound(int type, int port) {
  int on = 1, fd = socket(AF_INET, type, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (void *)&address, sizeof address) < 0) perror("bind"), exit(1);
  if (type == SOCK_STREAM && listen(fd, 1024) < 0) perror("listen"), exit(1);
  return fd;
}

static int accepted(int listener) {
  for (int on = 1;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0) return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), fd;
    if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) perror("accept"), exit(1);
    /* Else a signal arrived, a client aborted, or no descriptor is free until one is closed: accept(2). */
    if (errno != EINTR && errno != ECONNABORTED) usleep(10000);
  }
}

static void echo(int fd) {
  char buffer[65536]; /* On the thread's stack. */
  for (ssize_t length; (length = recv(fd, buffer, sizeof buffer, 0)) > 0 || (length < 0 && errno == EINTR);)
    for (ssize_t sent = 0, n; sent < length; sent += n > 0 ? n : 0) /* send may accept only a part. */
      /* MSG_NOSIGNAL: a closed connection gives EPIPE in place of SIGPIPE, which would end the process. */
      if ((n = send(fd, buffer + sent, length - sent, MSG_NOSIGNAL)) < 0 && errno != EINTR) return;
}

static void echo_datagrams(int fd) {
  char buffer[65536];
  struct sockaddr_in peer;
  for (socklen_t size = sizeof peer;; size = sizeof peer) {
    ssize_t length = recvfrom(fd, buffer, sizeof buffer, 0, (void *)&peer, &size);
    if (length >= 0) sendto(fd, buffer, length, 0, (void *)&peer, size);
  }
}

static void *serve(void *connection) {
  echo((intptr_t)connection);
  close((intptr_t)connection);
  return NULL;
}

static void *serve_datagrams(void *fd) { return echo_datagrams((intptr_t)fd), NULL; }

/* Detached, because no thread joins it: the stack of an ended joinable thread is never freed. */
static int start(void *(*run)(void *), int fd) {
  pthread_t thread;
  return pthread_create(&thread, NULL, run, (void *)(intptr_t)fd) == 0 ? pthread_detach(thread) : -1;
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: pthreads PORT [tcp|udp]\n"), 2;
  int udp = argc > 2 && strcmp(argv[2], "udp") == 0, fd = bound(udp ? SOCK_DGRAM : SOCK_STREAM, atoi(argv[1]));
  for (long i = 1; udp && i < sysconf(_SC_NPROCESSORS_ONLN); i++) start(serve_datagrams, fd);
  if (udp) echo_datagrams(fd);
  for (int connection;;)
    if (start(serve, connection = accepted(fd)) != 0) close(connection); /* Out of threads: drop this client only. */
}
