/**
 * The nonce that the server put into this page: its policy lets in only styles that carry it, and Mantine and the editor make a few at
 * run time. (Vite writes the element, `api/` the value.)
 */
export const styleNonce: string = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
