"""A list of three deals in Excel 97-2003's format, as LibreOffice writes it: compressed, in base 85."""

OLD_LIST = r"""
c-rk)TWFj`6h8C+yPJPEZMsPtFRiA(sof-PBB^~aqBYm5)m}nU+adwoWdFn@yZe`9gBHAO8~bKKDd<a~w8RH5ctOwy6;mHXP^k!o>Qm}lQDiHM6xyucIsa_3
h7DwsDyVywGnezvnK?7(HnZQJubesa{`yO_0PZ7`X0t&G<k1u`nCpaz3{9KOX0thRwgmqwxUOr~p%41=16k)~Kuha3r0Wv=_n?Pd{8D7oPD-L4qa#!d+ysls
pKmEVvr8PeR4A>#{Pj70a~wB;h5Vo6J^Oz-a20ShumZToO94~~tOBkDt^-z!O%UA-yajkGa6NDX@HXJ>z#8C2pbfkOSgU2aQ`d}jXxHohmQwur+aPE`ivd4<
y!vZax#<29EaE-iIkAf$fqitCZKE?9AF%%^=nxsAie;FFk?ufC(J4?X=v|?HBIORTK0q7UE!v_F8Eqo_2`Ou(tRUw9NO*n_$~KD7m+U<+ysVv|Ty>E{BNU|r
Gy&`EMJq|;7`Z-wBzuW!N2DCa_xK9GHZPDNtoBMgcJtP^sgoX|M}^W!HNI6e#s2w_lXS+S@fu$xz0SUQ1kl%%Nc1(uVl(25Q}lb*&U5@}o9Vog(0^MR-6)by
|2z5=&aTioZ}rA!7SbCQp*Jo<-?9ijSddOI2a(4&Pd{m(lcp@!;j}4rWjY{rRoW-@+H{%J>(c)0lj11H5%ya-BOpDv@z_h4QQ>z^SwN!wClviek8>`_^vFVi
499$4IQKTl$L&;}VQ>8mnZ=@`3c1CaR&6NTsOC!8%Ptly*+TZP{(v)FgQtXa2EynrCmOet(S!q;dQ;IM2hplM;Z7t|7|<Da#~nKsO*!z5-hpTm-hr%k&`n}g
k2{fa#vs>jcRUrKpaEC9MlqaHXz$YrPi8;Mz1xY#vRE%fZ~DB9H(*r*=apNnYeR&R@EQI~_*{j}$8abda4O{>!r1P$H?DlQr@y=P38ANHe#Xs)C`uj0mvg=?
!m(A#V={If5+>4Tq%%_6<%~oROxV57*zjOuhwF~kMz-A@X|JYDtnWofbmOS(NcW^n`l6H(2(Vq?a%){)yB_Vyri;g#E@oOA^4ez*M}ydwlHW0ERE;XfldBay
hPf?zPR<RHF0@8!?laenf4*<v_iEXE-^A~W;CvrPqN+7N85N|>N|%-q&b7U$s@4ci6`&afXr_1LnWJ473-fL@q<acIHP<slp}C%ko~e6E_<VCc=3}4v6q!j0
-&eh5u$tQQ26%XkAshkCVF*W=7|%vI7rpDx&$fAuAa!A)=^BIl&l}8OV!E@Kj@eC_%+iyYG8tdmc%&(l{em?AGj;O@G7o#!n6b1=vfS88rrFy>re5g5Ot`?c
(V&p<F%NI>0i%jO40ySh=zbUn$pz0ln%n|_A^7u<l|PZnT~$LXz56QM49$>t2M$|?7w)`I5AvOJ&+x#QJMIpq?48dHIC1;ldz$t~`<-~)5e0M%4-U4hY<)6T
!atiOv62Gw(#-MGzh2$<RQRn|EZSQ4!S}4BXLXR_?=AX%-lh+7x4x$z(s%WkzONtFcl^uOy}LKJn>Ak!meMXpex?`~zPWJft_|UnuR;FCtM7DiOjtnc)9-{_
jtJ+;x){9#Hx6#(`(O05zy}NQaCn&3o_`RlkI^XgiyWgx%U>lC)5{9kBHq=LR?g2lv2FrBvJWzhENgu;?+v~bo=w1AbAG-L?*M1n`r~v^?E8PSeydB4#zklX
`%mDl!MfiCD;N}=FeQa|iVMo(P_Nhb7jga(;M;TScVUGAk--rQEKZ)5W$eEJm@57MBk(8206qE
"""
