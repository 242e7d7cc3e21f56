/* SPDX-License-Identifier: MIT */
#include "vpcd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEND_TIMEOUT_MS 2000

void vc_vpcd_init(struct vc_vpcd *vpcd, uint16_t port) {
    vpcd->port = port;
    vpcd->fd = -1;
    vpcd->open = false;
    vpcd->have = 0;
}

bool vc_vpcd_connect(struct vc_vpcd *vpcd) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(vpcd->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    vc_vpcd_close(vpcd);
    vpcd->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (vpcd->fd < 0) {
        return false;
    }
    (void)setsockopt(vpcd->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(vpcd->fd, (struct sockaddr *)&address, sizeof address) != 0 &&
        errno != EINPROGRESS) {
        vc_vpcd_close(vpcd);
        return false;
    }
    return true;
}

bool vc_vpcd_connected(struct vc_vpcd *vpcd) {
    int error = 0;
    socklen_t size = sizeof error;

    vpcd->open = getsockopt(vpcd->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
    return vpcd->open;
}

bool vc_vpcd_receive(struct vc_vpcd *vpcd) {
    ssize_t got;

    if (vpcd->have == sizeof vpcd->in) {
        return false; /* a reader sends one APDU and waits: this is none */
    }
    got = recv(vpcd->fd, vpcd->in + vpcd->have, sizeof vpcd->in - vpcd->have, 0);
    if (got > 0) {
        /* vpcd sends length and message apart, and by Nagle's algorithm the second waits for the
           acknowledgement of the first: 40 ms for each APDU that no card takes. */
        int one = 1;
        (void)setsockopt(vpcd->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
        vpcd->have += (size_t)got;
        return true;
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

bool vc_vpcd_next(struct vc_vpcd *vpcd, uint8_t *bytes, size_t *size) {
    size_t length;

    if (vpcd->have < 2) {
        return false;
    }
    length = (size_t)vpcd->in[0] << 8 | vpcd->in[1];
    if (vpcd->have < 2 + length) {
        return false;
    }
    memcpy(bytes, vpcd->in + 2, length);
    *size = length;
    vpcd->have -= 2 + length;
    memmove(vpcd->in, vpcd->in + 2 + length, vpcd->have);
    return true;
}

static bool send_all(int fd, const uint8_t *bytes, size_t size) {
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    ssize_t sent;

    while (size > 0) {
        sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            size -= (size_t)sent;
        } else if (errno == EAGAIN) {
            if (poll(&wait, 1, SEND_TIMEOUT_MS) == 0) {
                return false;
            }
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

bool vc_vpcd_send(struct vc_vpcd *vpcd, const uint8_t *bytes, size_t size) {
    uint8_t message[2 + VC_MESSAGE_MAX];

    if (size > VC_MESSAGE_MAX) {
        return false;
    }
    message[0] = (uint8_t)(size >> 8);
    message[1] = (uint8_t)size;
    if (size > 0) {
        memcpy(message + 2, bytes, size);
    }
    return send_all(vpcd->fd, message, 2 + size);
}

void vc_vpcd_close(struct vc_vpcd *vpcd) {
    if (vpcd->fd >= 0) {
        (void)close(vpcd->fd);
    }
    vpcd->fd = -1;
    vpcd->open = false;
    vpcd->have = 0;
}
