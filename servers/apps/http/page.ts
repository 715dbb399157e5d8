/** Body of every page of the app `http`. */
export const PAGE = 'Hello, World!';
