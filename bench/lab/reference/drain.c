/* Reference reader: receives from a server on one connection as fast as possible, and does not inspect the data.
 * cc -O2 -o drain drain.c && ./drain PORT SECONDS
 * Measures after half a second, when the kernel has sized its buffers. Prints bytes/s and CPU seconds per GiB. */
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { WARMUP_NS = 500000000 };
static char inbox[256 << 10];

static uint64_t ns(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: drain PORT SECONDS\n"), 2;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (void *)&addr, sizeof addr)) return perror("connect"), 1;
  uint64_t begin = ns(CLOCK_MONOTONIC) + WARMUP_NS, end = begin + atof(argv[2]) * 1e9;
  uint64_t now, start = 0, cpu = 0, bytes = 0;
  while ((now = ns(CLOCK_MONOTONIC)) < end) {
    if (start == 0 && now >= begin) start = now, cpu = ns(CLOCK_PROCESS_CPUTIME_ID), bytes = 0;
    ssize_t got = recv(fd, inbox, sizeof inbox, 0);
    if (got <= 0) return fprintf(stderr, "the writer stopped\n"), 1;
    bytes += got;
  }
  if (bytes == 0 || start == 0) return fprintf(stderr, "nothing came\n"), 1;
  printf("%.0f bytes/s cpu %.4f s/GiB\n", bytes / ((now - start) / 1e9),
         (ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9 / (bytes / 1073741824.0));
}
