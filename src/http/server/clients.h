/* Connections and their deadlines. libmicrohttpd closes those that are silent; a client that sends a byte now and then
 * is never silent, so a watch thread looks at every connection twice a second and ends those whose time is over:
 *
 *   READING   a request must have arrived whole request_seconds after its first byte
 *             (of a streamed body: each piece within the time for it at SLOWEST_SENDER beside that)
 *   WORKING   the server's own time: no deadline here
 *   SENDING   an answer must be taken within request_seconds plus the time for it at SLOWEST_READER
 *   REFUSED   told while it was still sending; its bytes are thrown away for LINGER_SECONDS, so that it can read why
 *
 * A stage is left by compare-and-swap, so that the watch and the event thread never both act on a connection. */
#ifndef AIC_HTTP_CLIENTS_H
#define AIC_HTTP_CLIENTS_H

#include "base/clock.h"
#include "base/text.h"

#include <stdatomic.h>

enum { SLOWEST_READER = 8 * 1024 /* bytes a second */, LINGER_SECONDS = 5 };

typedef enum { CLIENT_READING, CLIENT_WORKING, CLIENT_SENDING, CLIENT_REFUSED, CLIENT_ENDED } client_stage;

typedef struct clients clients;
typedef struct client client;

/* on_timeout gives the whole answer for a client whose request took too long. Each is called on the watch thread. */
clients *clients_new(arena *a, int idle_seconds, int request_seconds, text (*timeout_answer)(void *context, arena *a),
                     void *context);
bool clients_watch(clients *all); /* starts the thread */
void clients_unwatch(clients *all);
int clients_count(clients *all);

client *client_add(clients *all, int fd);
void client_remove(client *c); /* before its socket is closed */

void client_request_begins(client *c); /* its first line is here */
/* From one stage to the next; false when the watch was faster and the connection is ending. */
bool client_working(client *c);
void client_streaming(client *c); /* from working back to reading: the next piece */
void client_sending(client *c, size_t bytes);
void client_waiting(client *c); /* for the next request */
/* Sends the answer past libmicrohttpd and closes our direction; what still comes is to be thrown away. */
bool client_refuse(client *c, text answer);
/* Ends the connections that have no request under way: the server is stopping. */
void clients_end_idle(clients *all);

#endif
