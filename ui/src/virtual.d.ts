// Made while the page is built: pageParts.ts.
declare module "virtual:icons" {
  const address: string;
  export default address;
}
