/* SPDX-License-Identifier: MIT */
/* The card itself: takes a command APDU, gives an answer. Knows nothing of sockets and faults.

   What it does where public sources do not say what a real one does:
   - a VERIFY whose body has a length that PIN cannot have gets 6700 and costs no try;
   - a query of a locked PIN gets the same status word as a VERIFY of it, and the wrong VERIFY
     that takes the last try gets 63C0;
   - a VERIFY query answers 63Cx after a right VERIFY too, unless the trait says 9000;
   - a SELECT that fails changes nothing; one that finds a DF forgets all verified PINs. */
#ifndef VC_CARD_H
#define VC_CARD_H

#include "apdu.h"
#include "pins.h"
#include "traits.h"

struct vc_card;

/* Null, with a line on stderr, when the directory lacks a file. On success pins belongs to the
   card. Free with vc_card_free. */
struct vc_card *vc_card_new(const char *directory, const struct vc_traits *traits,
                            struct vc_pins *pins);
void vc_card_free(struct vc_card *card);

struct vc_pins *vc_card_pins(struct vc_card *card);

/* What a reset does: no application is selected. A VERIFY outlives it, as on real cards (measured,
   soltia48/myna-card 3.3; JICSAP 1.1 5.1.3), until another application is selected; not where a
   trait says so. */
void vc_card_reset(struct vc_card *card);

/* What a loss of power does: no application selected, no PIN verified. */
void vc_card_power_off(struct vc_card *card);

/* Any bytes may be given; the answer always ends with a status word. */
void vc_card_answer(struct vc_card *card, const uint8_t *command, size_t size,
                    struct vc_answer *answer);

#endif
