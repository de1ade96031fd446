/** Where the bare worker finds everything. */
export interface Places {
  address: string;
  taskQueue: string;
  rootUrl: string;
  keyFile: string;
  subject: string;
}
