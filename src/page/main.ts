/** The page of `caption serve`. */
