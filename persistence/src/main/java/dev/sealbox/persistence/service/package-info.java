/** What a caller asks for, put together from what entities decide. */
@NullMarked
package dev.sealbox.persistence.service;

import org.jspecify.annotations.NullMarked;
