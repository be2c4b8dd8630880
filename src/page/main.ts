/** The page of `caption serve`. */
export {};
