/* SPDX-License-Identifier: ISC */
#include "../../daemon/site/imagesize.h"

#include "fuzz.h"

/* A picture: a size is never zero, and one that is not found is not written. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct image_size size = {77, 99};
	struct slice bytes = {(const char *)data, len};

	if (image_size(bytes, &size))
		CHECK(size.width > 0 && size.height > 0);
	else
		CHECK(size.width == 77 && size.height == 99);
	return 0;
}
