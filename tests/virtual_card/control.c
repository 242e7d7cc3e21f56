/* SPDX-License-Identifier: MIT */
#include "control.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS_MAX (VC_CONTROL_FDS_MAX - 1)

struct client {
    int fd; /* -1: free */
    size_t have;
    char line[VC_CONTROL_LINE_MAX];
};

struct vc_control {
    int listener;
    struct sockaddr_un address;
    struct client clients[CLIENTS_MAX];
};

static bool set_address(struct sockaddr_un *address, const char *path) {
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        fprintf(stderr, "virtual-card: %s is too long for a socket's name\n", path);
        return false;
    }
    memcpy(address->sun_path, path, strlen(path) + 1);
    return true;
}

struct vc_control *vc_control_open(const char *path) {
    struct vc_control *control = calloc(1, sizeof *control);
    struct stat status;

    if (control == NULL || !set_address(&control->address, path)) {
        free(control);
        return NULL;
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        control->clients[i].fd = -1;
    }
    if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode)) {
        (void)unlink(path);
    }
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (control->listener < 0 ||
        bind(control->listener, (struct sockaddr *)&control->address, sizeof control->address) !=
            0 ||
        listen(control->listener, CLIENTS_MAX) != 0) {
        perror(path);
        (void)close(control->listener);
        free(control);
        return NULL;
    }
    return control;
}

static void drop(struct client *client) {
    (void)close(client->fd);
    client->fd = -1;
    client->have = 0;
}

void vc_control_close(struct vc_control *control) {
    if (control == NULL) {
        return;
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (control->clients[i].fd >= 0) {
            drop(&control->clients[i]);
        }
    }
    (void)close(control->listener);
    (void)unlink(control->address.sun_path);
    free(control);
}

size_t vc_control_wait(const struct vc_control *control, struct pollfd fds[VC_CONTROL_FDS_MAX]) {
    size_t count = 0;
    bool room = false;

    if (control == NULL) {
        return 0;
    }
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (control->clients[i].fd >= 0) {
            fds[count++] = (struct pollfd){.fd = control->clients[i].fd, .events = POLLIN};
        } else {
            room = true;
        }
    }
    if (room) {
        fds[count++] = (struct pollfd){.fd = control->listener, .events = POLLIN};
    }
    return count;
}

static void answer_lines(struct client *client, vc_control_handler *handler, void *context) {
    char answer[VC_CONTROL_LINE_MAX + 1];
    char *end;
    size_t size;

    while ((end = memchr(client->line, '\n', client->have)) != NULL) {
        *end = '\0';
        answer[0] = '\0';
        handler(context, client->line, answer);
        size = strnlen(answer, VC_CONTROL_LINE_MAX);
        answer[size] = '\n';
        if (send(client->fd, answer, size + 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
            drop(client);
            return;
        }
        client->have -= (size_t)(end + 1 - client->line);
        memmove(client->line, end + 1, client->have);
    }
}

static void serve_client(struct client *client, vc_control_handler *handler, void *context) {
    ssize_t got = recv(client->fd, client->line + client->have, sizeof client->line - client->have,
                       MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        drop(client); /* closed, or a line longer than any command */
        return;
    }
    client->have += (size_t)got;
    answer_lines(client, handler, context);
}

static void accept_client(struct vc_control *control) {
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (control->clients[i].fd < 0) {
            control->clients[i].fd = accept(control->listener, NULL, NULL);
            control->clients[i].have = 0;
            return;
        }
    }
}

void vc_control_serve(struct vc_control *control, const struct pollfd *fds, size_t count,
                      vc_control_handler *handler, void *context) {
    for (size_t k = 0; k < count; k++) {
        if (fds[k].revents == 0) {
            continue;
        }
        if (fds[k].fd == control->listener) {
            accept_client(control);
            continue;
        }
        for (size_t i = 0; i < CLIENTS_MAX; i++) {
            if (control->clients[i].fd == fds[k].fd) {
                serve_client(&control->clients[i], handler, context);
                break;
            }
        }
    }
}

int vc_control_send(const char *path, char *const words[], int count) {
    struct sockaddr_un address = {0};
    char line[VC_CONTROL_LINE_MAX] = "";
    FILE *stream;
    int fd;

    if (!set_address(&address, path)) {
        return 2;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        (stream = fdopen(fd, "r+")) == NULL) {
        perror(path);
        return 2;
    }
    for (int i = 0; i < count; i++) {
        fprintf(stream, "%s%s", i == 0 ? "" : " ", words[i]);
    }
    fputc('\n', stream);
    (void)fflush(stream);
    if (fgets(line, sizeof line, stream) == NULL) {
        fprintf(stderr, "virtual-card: no answer\n");
        (void)fclose(stream);
        return 2;
    }
    (void)fclose(stream);
    fputs(line, stdout);
    return strncmp(line, "error", 5) == 0 ? 1 : 0;
}
