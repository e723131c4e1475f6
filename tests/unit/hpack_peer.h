/* SPDX-License-Identifier: ISC */
#ifndef BLOGD_HPACK_PEER_H
#define BLOGD_HPACK_PEER_H

#include <nghttp2/nghttp2.h>

#include "../../daemon/http/hpack.h"

/* As hpack_decode, by libnghttp2; 0 when it refuses the block.  Of the fields
 * no more than name and value is told. */
static inline int
peer_decode(nghttp2_hd_inflater *peer, struct slice block, hpack_field_fn *fn,
	    void *arg)
{
	const uint8_t *in = (const uint8_t *)block.data;
	size_t left = block.len;

	for (;;) {
		nghttp2_nv nv;
		int flags = 0;
		ssize_t n =
		    nghttp2_hd_inflate_hd2(peer, &nv, &flags, in, left, 1);

		if (n < 0)
			return 0;
		in += n;
		left -= (size_t)n;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			fn(arg, &(struct hpack_field){
				    .name = {(char *)nv.name, nv.namelen},
				    .value = {(char *)nv.value, nv.valuelen}});
		if (flags & NGHTTP2_HD_INFLATE_FINAL)
			break;
	}
	nghttp2_hd_inflate_end_headers(peer);
	return 1;
}

#endif
