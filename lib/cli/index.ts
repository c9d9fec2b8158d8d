/** cli: the `hindcast` command, thin doors over the functions of the other rooms. */
export { main } from './main.js';
