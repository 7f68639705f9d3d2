/* Addresses of clients and of the proxies that may speak for them. */
#ifndef AIC_HTTP_NETWORK_H
#define AIC_HTTP_NETWORK_H

#include "base/error.h"
#include "base/text.h"

#include <sys/socket.h>

typedef struct networks networks;

/* "127.0.0.1, 10.0.0.0/8, ::1"; NO_TEXT gives none. INVALID names the part that is no address. */
error networks_read(arena *a, text list, networks **out);
bool networks_hold(const networks *n, text address);

text address_text(arena *a,
                  const struct sockaddr *address); /* "192.0.2.1"; an IPv4 address in IPv6 form is made IPv4 */
/* Whom the request is from: the peer, or, when the peer is a trusted proxy, the last address of X-Forwarded-For that is
 * not one. A forwarded value that is no address is not believed: the proxy itself is named then. */
text client_address(const networks *trusted, text peer, text forwarded_for);

/* Opens a listening socket at "127.0.0.1:8080", "[::1]:0", "*:80" or "host:port". */
error listen_at(arena *a, text where, int *fd, int *port);
bool is_loopback_host(text host); /* "localhost", "127.0.0.1:8080", "[::1]" */

#endif
